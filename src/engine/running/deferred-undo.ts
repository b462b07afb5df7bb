// `deferUndo`: which step of a phase comes back next when the phase ends, whatever the outcome. Pure.

import { isInDoubt } from './run-state.ts';
import type { RunState } from './run-state.ts';
import type { PhaseProgress, StepInstanceProgress } from './step-progress.ts';

/** `next`: the instance to undo now, the last begun first. `failed`: one of them failed in this session. */
export function deferredUndo(
  state: RunState,
  { instances }: PhaseProgress,
): { readonly next: string | undefined; readonly failed: boolean } {
  const deferred = instances.filter((i) => i.of.step.deferUndo && i.state.begun);
  const due = new Set(deferred.filter((i) => isDue(i, state)).map(({ id }) => id));
  return {
    next: state.startOrder.findLast((id) => due.has(id)),
    failed: deferred.some(
      ({ state: { status, session } }) => status === 'undo-failed' && session === state.session,
    ),
  };
}

/** A step that failed or was cut off half way comes back too. */
function isDue({ state: instance }: StepInstanceProgress, state: RunState): boolean {
  const { status } = instance;
  if (status === 'undone' || status === 'not-undoable') return false;
  if (status === 'undoing' || status === 'undo-failed') return instance.session < state.session;
  return status !== 'running' || isInDoubt(state, instance);
}
