// What a run has put out of use and not brought back yet, as far as its runbook says. From the journal alone. Pure.

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
    const isOver = ended.length > 0 && ended.every(({ status }) => status === 'succeeded');
    return since === undefined || isOver ? [] : [{ ...outage, since }];
  });
}

function isInForce({ begun, status }: InstanceState): boolean {
  return begun && status !== 'undone' && status !== 'not-undoable';
}

function instancesOf({ instances }: RunState, step: string): readonly InstanceState[] {
  return [...instances.values()].filter((instance) => instance.step === step);
}
