// From when to when something was out of use in a run, told by replaying its journal: whatever ended it, its last step or
// the undo of its first one, and also while nothing has. Pure.

import { createFold, openOutages, stepOfInstance } from '../engine/index.ts';
import type { JournalEvent, JournalRecord, Outage } from '../engine/index.ts';

export interface OutageWindow extends Outage {
  /** RFC 3339, UTC. */
  readonly beganAt: string;
  /** Null: it is out of use still, as far as the journal says. */
  readonly endedAt: string | null;
  /** `end`: the whole runbook was carried out. */
  readonly endedBy: 'until' | 'undo' | 'end' | null;
}

/**
 * In the order in which they began; one that began anew is there twice. JOURNAL_ILLEGAL. `isWhole`: the run is of the
 * whole runbook, so that its success ends them all.
 */
export function outageWindows(
  outages: readonly Outage[],
  records: readonly JournalRecord[],
  isWhole: boolean,
): readonly OutageWindow[] {
  const steps = new Set(outages.flatMap(({ from, until }) => [from, until]));
  const run = createFold();
  const windows: OutageWindow[] = [];
  let isUndoing = false;
  for (const record of records) {
    const { at, event } = record;
    run.add(record);
    isUndoing ||= event.type === 'rollback.started';
    if (!mayMove(event, steps, isUndoing)) continue;
    const isOver = isWhole && event.type === 'run.finished' && event.outcome === 'succeeded';
    const open = isOver ? [] : openOutages(outages, run.state);
    for (const outage of outages) {
      const isOpen = open.some(({ title }) => title === outage.title);
      const index = windows.findLastIndex(({ title }) => title === outage.title);
      const last = windows[index];
      if (last?.endedAt === null) {
        if (!isOpen) windows[index] = { ...last, endedAt: at, endedBy: endOf(event) };
      } else if (isOpen) {
        windows.push({ ...outage, beganAt: at, endedAt: null, endedBy: null });
      }
    }
  }
  return windows;
}

/** Asked of every event, it would cost the square of a long journal. */
function mayMove(event: JournalEvent, steps: ReadonlySet<string>, isUndoing: boolean): boolean {
  if (event.type === 'run.finished') return true;
  if (!('step' in event)) return event.type === 'run.resumed';
  if (event.type === 'step.progressed' || event.type === 'step.undo-recorded') return false;
  return steps.has(stepOfInstance(event.step)) || (isUndoing && 'scope' in event);
}

function endOf({ type }: JournalEvent): OutageWindow['endedBy'] {
  if (type === 'run.finished') return 'end';
  return type === 'step.undone' || type === 'step.undo-impossible' ? 'undo' : 'until';
}
