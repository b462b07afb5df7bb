// `deferUndo`: which step comes back next when its phase ends, whatever the outcome; when a rollback ends half way; when
// the run is given up. Pure.

import type { RunGraph } from './run-graph.ts';
import { isInDoubt } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';
import type { StepInstanceProgress } from './step-progress.ts';

/** Of the instances of one phase's steps with `deferUndo`. `next`: the instance to undo now, the last begun first. `failed`: one of them failed in this session. */
export function deferredUndo(
  state: RunState,
  deferred: readonly StepInstanceProgress[],
): { readonly next: string | undefined; readonly failed: boolean } {
  return nextOf(
    deferred.map((instance) => instance.state),
    state,
  );
}

/** As `deferredUndo`, over all phases. */
export function outstandingUndo(graph: RunGraph, state: RunState): ReturnType<typeof deferredUndo> {
  return nextOf(deferredInstances(graph, state), state);
}

/** What the run holds down at this moment and must give back however it ends, in the order in which it began. */
export function heldDown(graph: RunGraph, state: RunState): readonly InstanceState[] {
  return deferredInstances(graph, state).filter(
    ({ begun, status }) => begun && status !== 'undone' && status !== 'not-undoable',
  );
}

function deferredInstances(graph: RunGraph, state: RunState): readonly InstanceState[] {
  return state.startOrder.flatMap((id) => {
    const instance = state.instances.get(id);
    const isDeferred = graph.steps.get(instance?.step ?? '')?.step.deferUndo === true;
    return instance !== undefined && isDeferred ? [instance] : [];
  });
}

function nextOf(
  deferred: readonly InstanceState[],
  state: RunState,
): ReturnType<typeof deferredUndo> {
  const begun = deferred.filter((instance) => instance.begun);
  const due = new Set(begun.filter((instance) => isDue(instance, state)).map(({ id }) => id));
  return {
    next: due.size === 0 ? undefined : state.startOrder.findLast((id) => due.has(id)),
    failed: begun.some(
      ({ status, session }) => status === 'undo-failed' && session === state.session,
    ),
  };
}

/** A step that failed or was cut off half way comes back too. */
function isDue(instance: InstanceState, state: RunState): boolean {
  const { status } = instance;
  if (status === 'undone' || status === 'not-undoable') return false;
  if (status === 'undoing' || status === 'undo-failed') return instance.session < state.session;
  return status !== 'running' || isInDoubt(state, instance);
}
