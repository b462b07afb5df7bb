// How far a run is, in a few words: for whoever is kept away by it.

import { listSome } from '../contracts/words.ts';
import type { InstanceStatus, RunState } from './run-state.ts';

const underWay: readonly InstanceStatus[] = ['running', 'retrying', 'undoing'];
const stopped: readonly InstanceStatus[] = ['failed', 'refused', 'unclear', 'undo-failed'];

/** "at step "snapshot"", "before its first step", "stopped at step "upload""; goes after "it is". */
export function standingOf(state: RunState): string {
  const active = idsWith(state, underWay);
  if (active.length > 0) return `at ${named(active)}`;
  const halted = idsWith(state, stopped);
  if (halted.length > 0) return `stopped at ${named(halted)}`;
  const last = state.startOrder.at(-1);
  return last === undefined ? 'before its first step' : `after ${named([last])}`;
}

function idsWith(state: RunState, statuses: readonly InstanceStatus[]): readonly string[] {
  return [...state.instances.values()]
    .filter(({ status }) => statuses.includes(status))
    .map(({ id }) => id);
}

function named(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'step' : 'steps'} ${listSome(ids.map((id) => `"${id}"`))}`;
}
