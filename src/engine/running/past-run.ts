// How long an earlier run took, and how long something was out of use in it: the best guess at how long the next one
// will take. Pure.

import type { JournalRecord } from '../contracts/journal-event.ts';
import type { PastRun } from '../contracts/past-run.ts';
import type { Outage } from '../contracts/runbook.ts';

/**
 * Undefined unless it succeeded in one go: a run that was interrupted, or waited for people in between, tells how long
 * people took.
 */
export function pastRun(
  records: readonly JournalRecord[],
  outages: readonly Outage[],
): PastRun | undefined {
  const [first] = records;
  const last = records.findLast(({ event }) => event.type === 'run.finished');
  if (first === undefined || last === undefined) return undefined;
  const { event } = last;
  if (event.type !== 'run.finished' || event.outcome !== 'succeeded') return undefined;
  if (records.some(({ event: { type } }) => type === 'run.resumed')) return undefined;
  return {
    endedAt: last.at,
    tookMs: between(first, last),
    outages: outages.flatMap(({ title, from, until }) => {
      const begun = records.find((record) => isOf(record, 'step.started', from));
      const ended = records.findLast((record) => isOf(record, 'step.succeeded', until));
      if (begun === undefined || ended === undefined) return [];
      return [{ title, tookMs: between(begun, ended) }];
    }),
  };
}

/** The clock may have been set back in between. */
function between(from: JournalRecord, until: JournalRecord): number {
  return Math.max(0, Date.parse(until.at) - Date.parse(from.at));
}

/** Of the step or of an item of it. */
function isOf({ event }: JournalRecord, type: JournalRecord['event']['type'], id: string): boolean {
  if (event.type !== type || !('step' in event)) return false;
  return event.step === id || event.step.startsWith(`${id}[`);
}
