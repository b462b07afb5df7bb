// What the newest run in a folder has come to, by its journal: the outcome, and of every step the status and the outputs.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fold } from '../../../src/engine/index.ts';
import type { JournalRecord } from '../../../src/engine/index.ts';
import { plain } from '../processes/names.ts';

export interface RunRecord {
  readonly outcome: string;
  readonly steps: Readonly<Record<string, unknown>>;
}

/** Differ between two runs that did the same. */
const ofThisRun = new Set([
  'uid',
  'creationTimestamp',
  'versionId',
  'etag',
  'changeId',
  'waitedMs',
  'expiresAt',
  'at',
  'digest',
  'resourceVersion',
  'operation',
  'length',
]);

/** The journal of the newest run. undefined: there is none. */
export async function recordsOf(cwd: string): Promise<readonly JournalRecord[] | undefined> {
  const runs = path.join(cwd, '.drctl/runs');
  const ids = (await readdir(runs).catch(() => [])).filter((id) => !id.startsWith('.'));
  const newest = ids.toSorted().at(-1);
  if (newest === undefined) return undefined;
  const text = await readFile(path.join(runs, newest, 'journal.ndjson'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalRecord);
}

/** undefined: there is no run. `name`: of the run's own world. */
export async function readRun(cwd: string, name: string): Promise<RunRecord | undefined> {
  const records = await recordsOf(cwd);
  if (records === undefined) return undefined;
  const state = fold(records);
  const steps = [...state.instances].map(([id, { status, outputs }]) => {
    const shown = JSON.stringify({ status, outputs }, (key, value: unknown) =>
      ofThisRun.has(key) ? undefined : value,
    );
    return [id, JSON.parse(plain(shown).replaceAll(name, 'NAME'))] as const;
  });
  return {
    outcome: state.outcome ?? state.status,
    steps: Object.fromEntries(steps.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
