// Where the steps of a phase stand, from the journal alone: which instances there are, which have ended, and whether
// the phase's forward part is complete.

import type { Instance } from '../contracts/journal-event.ts';
import type { GraphStep, RunGraph } from './run-graph.ts';
import { instanceId } from '../planning/expand-step.ts';
import { instanceOf, isInDoubt } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';

export interface StepInstanceProgress {
  readonly id: string;
  readonly of: GraphStep;
  /** Of a forEach step only. */
  readonly instance: Instance | undefined;
  readonly state: InstanceState;
}

/** Undefined while a forEach step is not expanded. A step that was skipped as a whole is one instance. */
export function instancesOf(
  of: GraphStep,
  state: RunState,
): readonly StepInstanceProgress[] | undefined {
  const { id, forEach } = of.step;
  const whole = state.instances.get(id);
  if (forEach === undefined || whole !== undefined) {
    return [{ id, of, instance: undefined, state: instanceOf(state, id) }];
  }
  return state.expansions.get(id)?.map((instance) => {
    const instanceName = instanceId(id, instance.key);
    return { id: instanceName, of, instance, state: instanceOf(state, instanceName) };
  });
}

/** Ended for good, as far as the steps after it are concerned. `undone`: see `undoneCounts`. */
export function hasEnded({ of, state }: StepInstanceProgress, undoneCounts: boolean): boolean {
  switch (state.status) {
    case 'succeeded':
    case 'skipped':
      return true;
    case 'failed':
      return of.step.onFailure === 'continue';
    case 'undoing':
    case 'undo-failed':
    case 'undone':
      return undoneCounts && (state.completed || of.step.onFailure === 'continue');
    case 'not-undoable':
      return true;
    case 'pending':
    case 'running':
    case 'retrying':
    case 'refused':
    case 'unclear':
      return false;
    default:
      return state.status satisfies never;
  }
}

/**
 * It was held down by an earlier process of the run, and its phase is not complete: somebody may have brought it back
 * meanwhile, so it is held down anew before anything that rests on it.
 */
export function isToBeHeldAgain({ of, state }: StepInstanceProgress, run: RunState): boolean {
  return of.step.deferUndo && state.status === 'succeeded' && state.session < run.session;
}

/** May an attempt begin, as far as the instance itself is concerned? */
export function isDue(progress: StepInstanceProgress, state: RunState): boolean {
  const { of, state: instance } = progress;
  const earlier = instance.session < state.session;
  switch (instance.status) {
    case 'pending':
    case 'retrying':
    // Its deferred undo ran (in this session: one that was left half way), and the phase is not complete.
    case 'undone':
      return true;
    case 'failed':
      return earlier && of.step.onFailure !== 'continue';
    case 'refused':
      return earlier;
    case 'running':
    case 'unclear':
      return earlier && of.effect === 'read';
    case 'succeeded':
      return isToBeHeldAgain(progress, state);
    case 'skipped':
    case 'undoing':
    case 'undo-failed':
    case 'not-undoable':
      return false;
    default:
      return instance.status satisfies never;
  }
}

const notable: ReadonlySet<InstanceState['status']> = new Set([
  'running',
  'unclear',
  'refused',
  'undoing',
  'undo-failed',
]);

/** Neither pending nor ended in order: what it is may stop the run, or must be settled before anything else. */
export function isNotable({ status, failedIn }: InstanceState): boolean {
  return failedIn !== undefined || notable.has(status);
}

/** `index` of the phase in the graph. Every step of it has ended; deferred undos may still be due. */
export function isForwardDone(graph: RunGraph, index: number, state: RunState): boolean {
  const steps = graph.phases[index]?.steps ?? [];
  return steps.every(
    (of) => instancesOf(of, state)?.every((instance) => hasEnded(instance, true)) ?? false,
  );
}

/** Begun, its end unknown, and not a mere read: nothing that others rest on may be moved under it. */
export function isDoubtful({ of, state }: StepInstanceProgress, run: RunState): boolean {
  if (of.effect === 'read') return false;
  return state.status === 'unclear' || isInDoubt(run, state);
}
