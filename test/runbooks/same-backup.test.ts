// Both shipped runbooks make backups, and a backup of either must be one that the other can restore from: what they do the
// same way is written the same way, so that a change of one is a change of both.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly id: string;
  readonly action: string;
  readonly with: Readonly<Record<string, unknown>>;
}

interface Runbook {
  readonly env: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly preconditions: readonly Step[];
  readonly phases: readonly { readonly steps: readonly Step[] }[];
}

function load(name: string): Runbook {
  const file = path.resolve(import.meta.dirname, '../../runbooks', `${name}.yaml`);
  return parse(readFileSync(file, 'utf8'), { merge: true }) as Runbook;
}

const move = load('aws-same-region');
const backup = load('aws-backup');
const stepsOf = ({ phases }: Runbook): ReadonlyMap<string, Step> =>
  new Map(phases.flatMap(({ steps }) => steps).map((step) => [step.id, step]));

describe('a backup on a schedule and that of a move', () => {
  it.each([
    'hosted-cluster',
    'instances',
    'source-external-dns',
    'snapshot',
    'verify-snapshot',
    'upload-snapshot',
    'export',
  ])('are made by the same step: %s', (id) => {
    const [one, other] = [stepsOf(move).get(id), stepsOf(backup).get(id)];
    expect(one).toBeDefined();
    expect({ action: one?.action, with: one?.with }).toEqual({
      action: other?.action,
      with: other?.with,
    });
  });

  it('are made only in a world in which the same holds', () => {
    for (const check of backup.preconditions) {
      const other = move.preconditions.find(({ id }) => id === check.id);
      expect(other, check.id).toBeDefined();
      // A backup has no destination whose operator could be asked.
      if (check.id === 'bucket-is-not-for-oidc') continue;
      expect({ [check.id]: check.with }).toEqual({ [check.id]: other?.with });
    }
  });

  it('record the same facts, in the same place', () => {
    const [one, other] = [move, backup].map((runbook) => stepsOf(runbook).get('record-backup'));
    const { facts: ofMove, ...atMove } = one?.with ?? {};
    const { facts: ofBackup, ...atBackup } = other?.with ?? {};
    expect(atMove).toEqual(atBackup);
    expect(Object.keys(ofMove ?? {})).toEqual(Object.keys(ofBackup ?? {}));
    expect(backup.vars['backupPrefix']).toBe(move.vars['backupPrefix']);
  });

  it('take the same values', () => {
    for (const [name, declaration] of Object.entries(backup.env)) {
      expect({ [name]: declaration }).toEqual({ [name]: move.env[name] });
    }
  });
});
