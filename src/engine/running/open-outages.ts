// What a run has put out of use and not brought back yet, as far as its runbook says. From the journal alone. Pure.
//
// Where it cannot be known it counts as out of use: somebody looks once too often.

import type { Outage } from '../contracts/runbook.ts';
import type { InstanceState, RunState } from './run-state.ts';

export interface OpenOutage extends Outage {
  /** RFC 3339. */
  readonly since: string;
}

/** In the runbook's order. What is undone is in use again. */
export function openOutages(outages: readonly Outage[], state: RunState): readonly OpenOutage[] {
  return outages.flatMap((outage) => {
    const begun = instancesOf(state, outage.from).filter(isInForce);
    const since = begun.map(({ startedAt }) => startedAt ?? '').toSorted()[0];
    const ended = instancesOf(state, outage.until);
    const isOver = ended.length > 0 && ended.every(hasSucceeded) && !isUndoneBeside(ended, state);
    return since === undefined || isOver ? [] : [{ ...outage, since }];
  });
}

/** A rollback that cannot undo it leaves it as it is: only of what changed nothing there is nothing left. */
function isInForce(instance: InstanceState): boolean {
  const { begun, status } = instance;
  if (!begun || status === 'undone') return false;
  return status !== 'not-undoable' || hasChanged(instance);
}

function hasChanged({ changes, undoEntries }: InstanceState): boolean {
  return undoEntries.size > 0 || changes.some(({ kind }) => kind !== 'none');
}

/** What comes back when its phase ends did its part before. */
function hasSucceeded({ status, completed, undoScope }: InstanceState): boolean {
  return status === 'succeeded' || (status === 'undone' && completed && undoScope === 'deferred');
}

/** It may have waited for what began beside it, and that is undone now. The times are for people, as this is. */
function isUndoneBeside(ended: readonly InstanceState[], { instances }: RunState): boolean {
  const until =
    ended
      .map(({ endedAt }) => endedAt ?? '')
      .toSorted()
      .at(-1) ?? '';
  return [...instances.values()].some(
    ({ status, undoScope, startedAt }) =>
      (status === 'undone' || status === 'undoing' || status === 'undo-failed') &&
      undoScope === 'rollback' &&
      (startedAt ?? '') < until,
  );
}

function instancesOf({ instances }: RunState, step: string): readonly InstanceState[] {
  return [...instances.values()].filter((instance) => instance.step === step);
}
