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

function isSettled(instance: StepInstanceProgress, run: RunState, forwardDone: boolean): boolean {
  return hasEnded(instance, forwardDone) && (forwardDone || !isToBeHeldAgain(instance, run));
}

export interface PhaseProgress {
  /** Every step has ended; deferred undos may still be due. */
  readonly forwardDone: boolean;
  readonly instances: readonly StepInstanceProgress[];
  readonly unexpanded: readonly GraphStep[];
  /**
   * Step ids that have ended. While the phase is incomplete, a step whose deferred undo ran, or that must be held down
   * anew, counts as not ended.
   */
  readonly ended: ReadonlySet<string>;
}

/** `index` of the phase in the graph. */
export function phaseProgress(graph: RunGraph, index: number, state: RunState): PhaseProgress {
  const steps = graph.phases[index]?.steps ?? [];
  const known = steps.map((of) => ({ of, instances: instancesOf(of, state) }));
  const unexpanded = known.filter((k) => k.instances === undefined).map((k) => k.of);
  const instances = known.flatMap((k) => k.instances ?? []);
  const forwardDone = unexpanded.length === 0 && instances.every((i) => hasEnded(i, true));
  const ended = new Set(
    known
      .filter((k) => k.instances?.every((i) => isSettled(i, state, forwardDone)) ?? false)
      .map((k) => k.of.step.id),
  );
  return { forwardDone, instances, unexpanded, ended };
}

/** Begun, its end unknown, and not a mere read: nothing that others rest on may be moved under it. */
export function isDoubtful({ of, state }: StepInstanceProgress, run: RunState): boolean {
  if (of.effect === 'read') return false;
  return state.status === 'unclear' || isInDoubt(run, state);
}
