// What a run changed, object by object, before and after, as each attempt planned it right before it began, and what became
// of it. Pure.

import type { Change, InstanceState } from '../engine/index.ts';
import type { ChangeReport } from './model.ts';
import type { ToldRun } from './told-run.ts';

/** In the order in which they were begun. One that a later attempt found still to do is told once, as it was at first. */
export function changeReports({ records, state }: ToldRun): readonly ChangeReport[] {
  const seen = new Set<string>();
  return records.flatMap(({ at, event }) => {
    if (event.type !== 'step.started') return [];
    const standing = standingOf(state.instances.get(event.step));
    return event.changes.flatMap((change): readonly ChangeReport[] => {
      const report = ofChange(change);
      if (report === undefined) return [];
      const key = JSON.stringify([event.step, report.kind, report.target, report.object]);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ at, step: event.step, standing, ...report }];
    });
  });
}

function ofChange(change: Change): Omit<ChangeReport, 'at' | 'step' | 'standing'> | undefined {
  if (change.kind === 'none' || change.kind === 'later') return undefined;
  const { kind, on, risk } = change;
  const base = { kind, target: on.target, object: on.object, risk };
  if (change.kind === 'run') return { ...base, summary: change.summary, fields: [] };
  return { ...base, fields: change.fields };
}

function standingOf(instance: InstanceState | undefined): ChangeReport['standing'] {
  switch (instance?.status) {
    case 'succeeded':
      return 'made';
    case 'undone':
      return 'put-back';
    case 'not-undoable':
      return 'stays';
    case 'undo-failed':
      return 'not-put-back';
    default:
      return 'maybe';
  }
}
