// Earlier runs of a runbook as far as the state knows them: what a plan says of how long it will take.

import type { DrPorts } from '../actions/index.ts';
import type { StateStore } from '../adapters/index.ts';
import { pastRun, withDeadline } from '../engine/index.ts';
import type { JournalRecord, PastRun, Session } from '../engine/index.ts';

/** The newest ones tell most; each costs as many reads as its journal has parts. */
const MAX_TOLD = 3;
const MAX_READ = 10;
/** A footnote must not hold a plan up. */
const TIMEOUT_MS = 10_000;

/** Newest first, of the whole runbook with the same targets. Never fails: a state that cannot be read knows of none. */
export async function pastRuns(
  { runbook, unavailable, signal }: Pick<Session<DrPorts>, 'runbook' | 'unavailable' | 'signal'>,
  store: StateStore,
): Promise<readonly PastRun[]> {
  const found: PastRun[] = [];
  const read = async (bounded: AbortSignal): Promise<void> => {
    const headers = (await store.list()).filter(
      ({ runbook: { name }, plan, unavailable: gone }) =>
        name === runbook.name &&
        plan.selection === undefined &&
        [...gone].sort().join() === [...unavailable].sort().join(),
    );
    for (const { runId } of headers.slice(0, MAX_READ)) {
      const records: JournalRecord[] = [];
      for await (const record of store.read(runId)) records.push(record);
      bounded.throwIfAborted();
      const past = pastRun(records, runbook.outages);
      if (past !== undefined) found.push(past);
      if (found.length === MAX_TOLD) return;
    }
  };
  try {
    await withDeadline({ ms: TIMEOUT_MS, signal, subject: 'Reading earlier runs' }, read);
  } catch {
    signal.throwIfAborted();
  }
  return [...found];
}
