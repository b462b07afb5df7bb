// Cleanup's policy: of a run that nobody goes on with, what must not stay as it is comes back, what a cut-off attempt
// left behind goes, and everything else stays. Unlike at the end of a phase a step in doubt is no reason to wait: no
// process works on the run any more, and the person who gave it up was told.

import { outstandingUndo } from './deferred-undo.ts';
import type { Move, Surroundings } from './next-moves.ts';
import type { RunGraph } from './run-graph.ts';
import type { InstanceState, InstanceStatus, RunState } from './run-state.ts';

export function nextCleanupMoves(
  graph: RunGraph,
  state: RunState,
  now: Surroundings,
): readonly Move[] {
  if (now.inFlight.size > 0) return [];
  if (now.stop === 'interrupt') return [{ kind: 'interrupt' }];
  const { next, failed } = outstandingUndo(graph, state);
  if (next !== undefined) return [{ kind: 'undo', instance: next, scope: 'deferred' }];
  const left = toBeTidied(graph, state)[0];
  if (left !== undefined) return [{ kind: 'tidy', instance: left.id }];
  return [{ kind: 'end-cleanup', outcome: failed ? 'stuck' : 'clean' }];
}

const cutOff: ReadonlySet<InstanceStatus> = new Set<InstanceStatus>([
  'pending',
  'running',
  'retrying',
  'failed',
  'refused',
  'unclear',
  'undo-failed',
]);

/** Begun, not ended well, and of an action that can leave something behind; what was seen to is out. */
export function toBeTidied(graph: RunGraph, state: RunState): readonly InstanceState[] {
  return state.startOrder.flatMap((id) => {
    const instance = state.instances.get(id);
    if (instance === undefined || !instance.begun || instance.undoEntries.size === 0) return [];
    const isDue =
      cutOff.has(instance.status) &&
      graph.steps.get(instance.step)?.leavesBehind === true &&
      !isSeenTo(instance, state);
    return isDue ? [instance] : [];
  });
}

/** One that failed is tried once in a session. */
function isSeenTo({ tidied }: InstanceState, state: RunState): boolean {
  if (tidied === undefined) return false;
  return !tidied.failed || (state.status === 'cleaning-up' && tidied.session === state.session);
}
