// The journal of the only run that was made in a folder: what happened when, to the millisecond, by drctl's own clock, which
// is this machine's.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

export interface JournalEvent {
  readonly atMs: number;
  /** 'step.started', 'step.succeeded' … */
  readonly type: string;
  readonly step: string | undefined;
}

interface JournalLine {
  readonly at: string;
  readonly event: { readonly type: string; readonly step?: string };
}

/** `folder` is where drctl was run. */
export async function readJournal(folder: string): Promise<readonly JournalEvent[]> {
  const runs = path.join(folder, '.drctl', 'runs');
  const [run = ''] = await readdir(runs);
  const text = await readFile(path.join(runs, run, 'journal.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { at, event } = JSON.parse(line) as JournalLine;
      return { atMs: Date.parse(at), type: event.type, step: event.step };
    });
}

/** Throws where the step has no such event. */
export function momentOf(events: readonly JournalEvent[], type: string, step: string): number {
  const found = events.find((event) => event.type === type && event.step === step);
  if (found === undefined) throw new Error(`The journal has no ${type} of ${step}`);
  return found.atMs;
}
