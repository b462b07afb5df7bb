// What the engine is measured on, made the same way for drctl and its peers.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

const LAYER = 10;

/** Of the layer before a step: all of it is needed. */
function before(step: number): readonly number[] {
  const layer = Math.floor(step / LAYER);
  return layer === 0 ? [] : Array.from({ length: LAYER }, (_, at) => (layer - 1) * LAYER + at);
}

function runbook(name: string, steps: readonly object[]): object {
  return {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name, version: '1.0.0', description: 'Steps that do next to nothing' },
    phases: [{ id: 'steps', steps }],
  };
}

const numbers = (count: number): readonly number[] => [...Array.from({ length: count }).keys()];

/** `count` steps in layers of ten, each of which needs the whole layer before. */
export const layers = {
  drctl: (count: number): object =>
    runbook(
      'layers',
      numbers(count).map((step) => ({
        id: `step-${step}`,
        action: 'flow.values',
        with: { values: { number: String(step) } },
        ...(step < LAYER ? {} : { needs: before(step).map((one) => `step-${one}`) }),
      })),
    ),
  /** `terraform_data` is built in: nothing is downloaded, nothing outside is changed. */
  terraform: (count: number): object => ({
    resource: {
      terraform_data: Object.fromEntries(
        numbers(count).map((step) => [
          `step-${step}`,
          {
            input: String(step),
            depends_on: before(step).map((one) => `terraform_data.step-${one}`),
          },
        ]),
      ),
    },
  }),
};

export const tasks = {
  ansible: (count: number): object => [
    {
      hosts: 'all',
      gather_facts: false,
      tasks: numbers(count).map((step) => ({
        name: `step ${step}`,
        'ansible.builtin.command': '/bin/true',
      })),
    },
  ],
};

export const longJournal = {
  /** Fails at once, each time. */
  runbook: (): object =>
    runbook('history', [
      {
        id: 'fails',
        action: 'flow.values',
        with: { values: {}, that: 'false' },
        retry: { attempts: 1 },
      },
    ]),
  /**
   * Makes a journal as long as that, as if the run had been resumed again and again: the records after its first, each
   * time continued from the line before, attempts counted on.
   */
  grow: async (file: string, events: number): Promise<void> => {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Rec);
    const resumed = {
      type: 'run.resumed',
      drctl: parsed[0]?.event['drctl'],
      by: parsed[0]?.event['by'],
    };
    const round = [resumed, ...parsed.slice(1).map(({ event }) => event)];
    let previous = digest(lines.at(-1) ?? '');
    for (let seq = lines.length + 1; seq <= events; seq += 1) {
      const at = (seq - lines.length - 1) % round.length;
      const event = { ...round[at] };
      const attempt = Math.floor((seq - lines.length - 1) / round.length) + 2;
      if ('attempt' in event) Object.assign(event, { attempt });
      const line = JSON.stringify({ format: 1, seq, at: parsed[0]?.at, previous, event });
      previous = digest(line);
      lines.push(line);
    }
    await writeFile(file, `${lines.join('\n')}\n`);
  },
};

interface Rec {
  readonly at: string;
  readonly event: Readonly<Record<string, unknown>>;
}

const digest = (line: string): string =>
  `sha256:${createHash('sha256').update(line).digest('hex')}`;
