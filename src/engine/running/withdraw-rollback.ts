// What a rollback that nobody agrees to goes back to. It is kept for as long as the rollback has only looked: the first
// undo that begins makes going back to it impossible.

import { invariant } from '../contracts/invariant.ts';
import type { InstanceState, RunState } from './run-state.ts';

export type BeforeRollback = NonNullable<RunState['beforeRollback']>;

/** A copy that the rollback's own events do not change. */
export function beforeRollback(state: RunState): BeforeRollback {
  const { status, outcome, instances, rollback, endedAt, unavailable } = state;
  return {
    status,
    outcome,
    instances: new Map(instances),
    rollback,
    endedAt,
    unavailable: new Set(unavailable),
  };
}

/** To be laid over the state. The session goes on counting: what was under way before is in doubt all the same. */
export function withdrawn(before: BeforeRollback | undefined): Omit<
  BeforeRollback,
  'instances' | 'unavailable'
> & {
  readonly instances: Map<string, InstanceState>;
  readonly unavailable: Set<string>;
  readonly beforeRollback: undefined;
} {
  invariant(before, 'A rollback that has begun to undo is not withdrawn');
  return {
    ...before,
    instances: new Map(before.instances),
    unavailable: new Set(before.unavailable),
    beforeRollback: undefined,
  };
}
