// Plans one step: is it carried out, how many times, what would each instance do, and what will later steps see of it.
// An error of this step becomes part of the plan, so that all problems of a runbook show at once.

import type PQueue from 'p-queue';
import type { Action, Ports } from '../contracts/action.ts';
import type { Risk } from '../contracts/change.ts';
import type { DrctlError } from '../contracts/errors.ts';
import { assertNever } from '../contracts/invariant.ts';
import type { JsonObject, Json } from '../contracts/json.ts';
import type { PlannedStep } from '../contracts/plan.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { stepReferences } from '../language/references.ts';
import { toErrorRecord } from './error-record.ts';
import { expandStep } from './expand-step.ts';
import type { Expansion, StepInstance } from './expand-step.ts';
import { explainSkipped } from './explain-skipped.ts';
import type { Foresight } from './foresight.ts';
import { planStepInstance, whyUnavailable } from './plan-step-instance.ts';
import type { InstanceOutcome } from './plan-step-instance.ts';
import { highestRisk, riskOfEffect } from './risk.ts';
import { forEachOutputs } from './scope.ts';
import type { Session } from './session.ts';
import { targetsOf } from './step-targets.ts';
import type { UnreachableTargets } from './unreachable-targets.ts';

export interface PlanStepInput<P extends Ports> {
  readonly session: Session<P>;
  readonly step: Step;
  readonly scope: Scope;
  readonly foresight: Foresight;
  /** Other steps are planned on what this one leaves. */
  readonly isBuiltOn: boolean;
  readonly unreachable: UnreachableTargets;
  /** Why it may not be carried out without what is left out. */
  readonly refusal: DrctlError | undefined;
  /** Bounds how many instances of all steps are planned at once. */
  readonly queue: PQueue;
}

/** How a step stands after planning; nothing in it is masked yet but errors. */
export interface StepOutcome {
  readonly fate:
    | Exclude<PlannedStep['fate'], { kind: 'planned' }>
    | { readonly kind: 'planned'; readonly instances: readonly InstanceOutcome[] };
  readonly targets: readonly string[];
  readonly risk: Risk;
  /** Null: skipped. Undefined: not known before the step has ended. */
  readonly outputs: Json | undefined;
}

/** Rejects only with the signal's reason and with bugs of drctl itself. */
export async function planStep<P extends Ports>(input: PlanStepInput<P>): Promise<StepOutcome> {
  const { session, step, scope } = input;
  const { selection } = session;
  const leftOut = selection?.leftOut[step.id];
  if (leftOut !== undefined) return skipped([], leftOut);
  let action: Action<P>;
  let targets: readonly string[] = [];
  let expansion: Expansion;
  try {
    action = session.registry.get(step.action);
    targets = targetsOf(action, step.with, scope);
    // First of all: its conditions may ask for what other steps would have found there.
    const gone = targets.find((name) => session.unavailable.includes(name));
    if (gone !== undefined) return skipped(targets, whyUnavailable(action, gone, step));
    if (input.refusal !== undefined) return failed(input, targets, input.refusal);
    expansion = expandStep(step, scope);
  } catch (error) {
    return failed(input, targets, explainSkipped(error, { step, scope, selection }));
  }
  switch (expansion.kind) {
    case 'skipped':
      return skipped(targets, expansion.because);
    case 'later':
      return { fate: expansion, targets, risk: riskOfEffect(action.effect), outputs: undefined };
    case 'instances':
      return planInstances(input, action, { targets, instances: expansion.instances });
    default:
      return assertNever(expansion);
  }
}

async function planInstances<P extends Ports>(
  input: PlanStepInput<P>,
  action: Action<P>,
  expanded: { readonly targets: readonly string[]; readonly instances: readonly StepInstance[] },
): Promise<StepOutcome> {
  const { step, queue } = input;
  const planned = await Promise.all(
    expanded.instances.map((instance) =>
      queue.add(() => planStepInstance(input, action, instance)),
    ),
  );
  const targets = [...new Set([...expanded.targets, ...planned.flatMap((one) => one.targets)])];
  const risk = highestRisk([...planned.map((one) => one.risk), riskOfNone(step, action, planned)]);
  const [only] = planned;
  if (step.forEach !== undefined || only === undefined) {
    const fate = { kind: 'planned', instances: planned } as const;
    return { fate, targets, risk, outputs: outputsOfAll(expanded.instances, planned) };
  }
  const { waitsFor, outputs } = only;
  if (waitsFor === undefined) {
    return { fate: { kind: 'planned', instances: planned }, targets, risk, outputs };
  }
  return { fate: { kind: 'later', waitsFor, params: only.planned.params }, targets, risk, outputs };
}

/** No item now may be many by then, where the list comes from what earlier steps find. */
function riskOfNone<P extends Ports>(
  step: Step,
  action: Action<P>,
  planned: readonly InstanceOutcome[],
): Risk {
  const comesFromSteps =
    step.forEach !== undefined && stepReferences(step.forEach, 'cel').length > 0;
  return planned.length === 0 && comesFromSteps ? riskOfEffect(action.effect) : 'safe';
}

function outputsOfAll(
  instances: readonly StepInstance[],
  planned: readonly InstanceOutcome[],
): JsonObject | undefined {
  const known: { key: string; outputs: JsonObject | null }[] = [];
  for (const [index, { key }] of instances.entries()) {
    const outputs = planned[index]?.outputs;
    if (outputs === undefined || key === undefined) return undefined;
    known.push({ key, outputs });
  }
  return forEachOutputs(known);
}

function skipped(targets: readonly string[], because: string): StepOutcome {
  return { fate: { kind: 'skipped', because }, targets, risk: 'safe', outputs: null };
}

function failed<P extends Ports>(
  { session, step }: PlanStepInput<P>,
  targets: readonly string[],
  error: unknown,
): StepOutcome {
  const instance: InstanceOutcome = {
    planned: {
      id: step.id,
      params: {},
      changes: [],
      observed: [],
      notes: [],
      error: toErrorRecord(error, session.redactor),
    },
    targets,
    outputs: undefined,
    risk: 'safe',
  };
  return {
    fate: { kind: 'planned', instances: [instance] },
    targets,
    risk: 'safe',
    outputs: undefined,
  };
}
