// docs/aws-same-region.md against the runbooks that it speaks of: every check is in it, and nothing else.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Check {
  readonly id: string;
  readonly severity?: string;
  readonly remedy?: string;
}

interface Runbook {
  readonly preconditions: readonly Check[];
  readonly phases: readonly {
    readonly id: string;
    readonly guards?: readonly Check[];
    readonly steps: readonly Check[];
  }[];
}

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const load = (name: string): Runbook =>
  parse(read(`runbooks/${name}.yaml`), { merge: true, maxAliasCount: -1 }) as Runbook;

/** The cells of a table, by the heading above it. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = read('docs/aws-same-region.md').split(/^## /m);
  const text = section.find((one) => one.startsWith(heading)) ?? '';
  const lines = text.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const [move, backup] = [load('aws-same-region'), load('aws-backup')];
const named = ({ id, severity }: Check): string =>
  severity === 'warning' ? `\`${id}\` (warning)` : `\`${id}\``;

describe('the page on what the shipped runbooks check', () => {
  it('has every precondition in order, and which of them a backup asks too', () => {
    const rows = rowsOf('Preconditions');
    expect(rows.map(([name]) => name)).toEqual(move.preconditions.map(named));
    const marked = rows.flatMap(([name = '', , , mark]) => (mark === '✓' ? [name] : []));
    expect(marked).toEqual(backup.preconditions.map(named));
  });

  it('has every guard, with its phases', () => {
    const phases = new Map<string, string[]>();
    for (const { id, guards = [] } of move.phases) {
      for (const guard of guards) phases.set(guard.id, [...(phases.get(guard.id) ?? []), id]);
    }
    const wanted = [...phases].map(([id, of]) => [`\`${id}\``, of.join(', ')]);
    expect(rowsOf('Guards').map(([name, of]) => [name, of])).toEqual(wanted);
  });

  it('has steps that there are', () => {
    for (const [name, phase] of rowsOf('Steps that only look')) {
      const steps = move.phases.find(({ id }) => id === phase)?.steps ?? [];
      expect(steps.map(({ id }) => `\`${id}\``)).toContain(name);
    }
  });

  it('says what each protects from and what to do', () => {
    for (const heading of ['Preconditions', 'Steps that only look', 'Guards']) {
      for (const row of rowsOf(heading)) {
        for (const cell of row.slice(0, 3)) expect(cell, row.join()).not.toBe('');
      }
    }
  });
});

describe('every precondition of a shipped runbook', () => {
  it.each([...move.preconditions, ...backup.preconditions])('has a remedy: $id', ({ remedy }) => {
    expect(remedy).toMatch(/\w/);
  });
});
