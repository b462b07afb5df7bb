// The state of a run as its fold writes it; to everybody else it is the read-only RunState.

import type { RunState } from './run-state.ts';

export type DraftState = {
  -readonly [Key in keyof RunState]: RunState[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : RunState[Key] extends ReadonlySet<infer Item>
      ? Set<Item>
      : RunState[Key] extends readonly (infer Item)[]
        ? Item[]
        : RunState[Key];
};

/** Another process takes up the run. */
export function beginSession(draft: DraftState, status: RunState['status']): void {
  draft.session += 1;
  draft.approvedNow.clear();
  draft.confirmedNow.clear();
  draft.status = status;
  draft.outcome = undefined;
  draft.endedAt = undefined;
}
