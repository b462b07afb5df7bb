// The scope in which a step is rendered while a run goes on: outputs of ended steps as they really are. Outputs that
// may not be journaled, or were masked there, are read again; what cannot be read again is refused, never guessed.

import type { Action, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Instance } from '../contracts/journal-event.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { validateOutputs } from '../language/validate-params.ts';
import { forEachOutputs } from '../planning/scope.ts';
import type { Execution } from './execution.ts';
import { isMasked } from './mask-event.ts';
import { readAgain } from './read-again.ts';
import { hasEnded, instancesOf } from './step-progress.ts';
import type { StepInstanceProgress } from './step-progress.ts';

export interface ScopeRequest {
  /** Ids of steps that are waited for. Those that have not ended stay absent. */
  readonly needs?: Iterable<string>;
  /** Ids of steps whose outputs are really referred to: perishable ones are made anew for these only. */
  readonly references: Iterable<string>;
  /** The instance's item; absent for a step without forEach. */
  readonly of?: { readonly id: string; readonly instance: Instance | undefined };
  readonly signal: AbortSignal;
}

export async function scopeFor<P extends Ports>(
  run: Execution<P>,
  { needs = [], references, of, signal }: ScopeRequest,
): Promise<Scope> {
  const steps: Record<string, { readonly outputs: Json }> = {};
  const referred = new Set(references);
  for (const id of new Set([...needs, ...referred])) {
    if (run.graph.steps.get(id)?.perishable === true && !referred.has(id)) continue;
    if (referred.has(id)) refuseUnknownOutputs(run, id);
    const outputs = await outputsOf(run, id, signal);
    if (outputs !== undefined) steps[id] = { outputs };
  }
  const item = of?.instance === undefined ? undefined : itemOf(run, of.id, of.instance);
  return item === undefined ? { ...run.scope, steps } : { ...run.scope, steps, item };
}

/** For a step's own parameters and conditions. */
export function scopeOf(
  { id, of, instance }: Pick<StepInstanceProgress, 'id' | 'of' | 'instance'>,
  signal: AbortSignal,
): ScopeRequest {
  return { needs: of.step.needs, references: of.references, of: { id, instance }, signal };
}

/** Throws STEP_FAILED when the parameters hold a value that was masked and is not known any more. */
export function refuseMasked<P extends Ports>(
  run: Execution<P>,
  params: JsonObject,
  references: Iterable<string>,
): void {
  if (!isMasked(params)) return;
  for (const id of references) {
    const of = run.graph.steps.get(id);
    const instances = of === undefined ? [] : (instancesOf(of, run.journal.state) ?? []);
    for (const { id: instance, state } of instances) {
      if (run.live.outputs.has(instance) || state.outputs === null || !isMasked(state.outputs)) {
        continue;
      }
      throw new DrctlError(
        'STEP_FAILED',
        `An output of "${instance}" that is needed here is sensitive and was not kept in the journal`,
        {
          hint: `Run "drctl retry ${run.session.runId} ${instance} --reason …" so that it is made again`,
        },
      );
    }
  }
}

/**
 * Throws VALUE_UNRESOLVED for a step that a person has marked as done while its own check did not find it done: what it
 * would have given is not known, and nothing may be made of what is missing.
 */
function refuseUnknownOutputs<P extends Ports>(run: Execution<P>, id: string): void {
  const of = run.graph.steps.get(id);
  if (of === undefined || of.perishable) return;
  const action = run.session.registry.get(of.step.action);
  for (const { id: instance, state } of instancesOf(of, run.journal.state) ?? []) {
    const { status, outputs } = state;
    if (status !== 'succeeded' || outputs === null || Object.keys(outputs).length > 0) continue;
    if (run.live.outputs.has(instance) || givesNothing(action)) continue;
    throw new DrctlError(
      'VALUE_UNRESOLVED',
      `The outputs of "${instance}" are needed here and not known: it was marked as done by hand`,
      {
        hint: `Let drctl do it: drctl retry ${run.session.runId} ${instance} --reason …; or do by hand what needs them, and mark that as done too`,
      },
    );
  }
}

function givesNothing<P extends Ports>(action: Action<P>): boolean {
  try {
    validateOutputs(action, {});
    return true;
  } catch {
    return false;
  }
}

/** Undefined while the step has not ended. */
async function outputsOf<P extends Ports>(
  run: Execution<P>,
  id: string,
  signal: AbortSignal,
): Promise<Json | undefined> {
  const of = run.graph.steps.get(id);
  const instances = of === undefined ? undefined : instancesOf(of, run.journal.state);
  if (of === undefined || instances === undefined) return undefined;
  if (!instances.every((instance) => hasEnded(instance, true))) return undefined;
  const outputs: { key: string; outputs: JsonObject | null }[] = [];
  for (const instance of instances) {
    const real = await outputsOfInstance(run, instance, signal);
    if (instance.instance === undefined) return real;
    outputs.push({ key: instance.instance.key, outputs: real });
  }
  return forEachOutputs(outputs);
}

async function outputsOfInstance<P extends Ports>(
  run: Execution<P>,
  progress: StepInstanceProgress,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const { id, of, instance, state } = progress;
  if (state.status === 'skipped' || state.status === 'failed') return null;
  const rebuild = async (): Promise<JsonObject> => {
    const scope = await scopeFor(run, scopeOf({ id, of, instance }, signal));
    return readAgain(run, { id, step: of.step, scope, signal });
  };
  if (of.perishable) return rebuild();
  const live = run.live.outputs.get(id);
  if (live !== undefined) return live;
  if (state.outputs === null || of.effect !== 'read' || !isMasked(state.outputs)) {
    return state.outputs;
  }
  const outputs = await rebuild();
  run.live.outputs.set(id, outputs);
  return outputs;
}

function itemOf<P extends Ports>(run: Execution<P>, id: string, instance: Instance): Json {
  const live = run.live.items.get(id);
  if (live !== undefined) return live;
  if (!isMasked(instance.item)) return instance.item;
  throw new DrctlError(
    'STEP_FAILED',
    `The item of "${id}" holds a sensitive value, which the journal does not keep`,
    { hint: 'Take sensitive values from env in the step itself, not from the forEach list' },
  );
}
