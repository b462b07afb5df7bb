// Rollback's policy: what this run did is undone in the reverse order of its first beginnings, one after the other.
// The first undo that fails ends the rollback as stuck: what began earlier may rest on what could not be undone. One that
// a person did not agree to has not failed: the run waits. However it ends, what the run holds down comes back first.

import { outstandingUndo } from './deferred-undo.ts';
import type { Move, Surroundings } from './next-moves.ts';
import type { RunGraph } from './run-graph.ts';
import { stepOfInstance } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';

/** What is still to be undone, in the order in which it will be. */
export function toBeUndone(state: RunState, to: string | undefined): readonly InstanceState[] {
  const from = to === undefined ? 0 : afterStep(state, to);
  return state.startOrder
    .slice(from)
    .toReversed()
    .flatMap((id) => {
      const instance = state.instances.get(id);
      if (instance === undefined || !instance.begun) return [];
      const { status } = instance;
      return status === 'undone' || status === 'not-undoable' ? [] : [instance];
    });
}

export function nextRollbackMoves(
  graph: RunGraph,
  state: RunState,
  now: Surroundings,
): readonly Move[] {
  if (now.inFlight.size > 0) return [];
  const [next] = toBeUndone(state, state.rollback?.to);
  if (next === undefined) return [{ kind: 'finish', outcome: 'rolled-back' }];
  const failedNow = next.status === 'undo-failed' && next.session === state.session;
  const ending = endingOf(now.stop, failedNow);
  if (ending === undefined) return [{ kind: 'undo', instance: next.id, scope: 'rollback' }];
  const held = outstandingUndo(graph, state).next;
  return [held === undefined ? ending : { kind: 'undo', instance: held, scope: 'deferred' }];
}

function endingOf(stop: Surroundings['stop'], failedNow: boolean): Move | undefined {
  if (failedNow || stop === 'time-up') return { kind: 'finish', outcome: 'stuck' };
  if (stop === 'wait') return { kind: 'wait' };
  return stop === 'interrupt' ? { kind: 'interrupt' } : undefined;
}

/** The place after the last beginning of the step, or of any of its instances. */
export function afterStep(state: RunState, to: string): number {
  return state.startOrder.findLastIndex((id) => id === to || stepOfInstance(id) === to) + 1;
}
