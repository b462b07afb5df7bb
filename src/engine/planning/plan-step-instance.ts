// Plans one instance of a step for people to look at: an error, an unreadable target or a missing input becomes
// part of the answer.

import type { Action, Ports } from '../contracts/action.ts';
import type { Change, Risk } from '../contracts/change.ts';
import type { DrctlError } from '../contracts/errors.ts';
import { assertNever } from '../contracts/invariant.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { PlannedInstance } from '../contracts/plan.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { listSome } from '../contracts/words.ts';
import { renderParams } from '../language/render-params.ts';
import { digestJson } from './digest.ts';
import { toErrorRecord } from './error-record.ts';
import type { StepInstance } from './expand-step.ts';
import { explainSkipped } from './explain-skipped.ts';
import { changerOf, foreseeing } from './foresight.ts';
import { planInstance } from './plan-instance.ts';
import type { InstancePlan, PlanInstanceInput } from './plan-instance.ts';
import type { PlanStepInput } from './plan-step.ts';
import { patiently } from './patiently.ts';
import { judgeFailure, judgeSilence } from './planning-failure.ts';
import { highestRisk, riskOfEffect, risksOf } from './risk.ts';
import { targetsOf } from './step-targets.ts';

export interface InstanceOutcome {
  /** Not masked yet, but for its error. */
  readonly planned: PlannedInstance;
  readonly targets: readonly string[];
  /** Null: skipped. Undefined: not known before the step has ended. */
  readonly outputs: JsonObject | null | undefined;
  readonly risk: Risk;
  /** For the top of the plan; not masked yet. */
  readonly warnings?: readonly string[];
  /** Its parameters wait for these steps. */
  readonly waitsFor?: readonly string[];
  readonly consequences?: readonly object[];
}

/** Rejects only with the signal's reason and with bugs of drctl itself. */
export async function planStepInstance<P extends Ports>(
  input: PlanStepInput<P>,
  action: Action<P>,
  instance: StepInstance,
): Promise<InstanceOutcome> {
  const { session, step, unreachable, foresight } = input;
  const scope = instance.item === undefined ? input.scope : { ...input.scope, item: instance.item };
  const targets = targetsOf(action, step.with, scope);
  const known: Known = ({ params, ...parts }, rest = {}) => {
    const shown = params === undefined ? {} : { params: action.shown(params) };
    return describe(instance.id, targets, { ...parts, ...shown }, rest);
  };

  if (instance.when.kind === 'skipped') {
    return known({ changes: [nothing(instance.when.because)] }, { outputs: null });
  }
  if (instance.when.kind === 'later') {
    const { waitsFor } = instance.when;
    return known({ changes: [{ kind: 'later', waitsFor }] }, { risk: riskOfEffect(action.effect) });
  }
  const gone = targets.find((name) => session.unavailable.includes(name));
  if (gone !== undefined) {
    return known({ changes: [nothing(whyUnavailable(action, gone, step))] }, { outputs: null });
  }
  try {
    if (session.offline) {
      const params = paramsAsKnown(action, step.with, scope);
      return known({ params, notes: ['not read: offline'] }, { risk: riskOfEffect(action.effect) });
    }
    const record = unreachable.errorOf(targets);
    if (record !== undefined) {
      return fromFailure(input, { action, record, targets, scope, known });
    }
    const { system, signal, redactor } = session;
    const isExpected = (error: DrctlError): boolean =>
      unreachable.expected(targets, toErrorRecord(error, redactor)) !== undefined;
    const { plan, consequences } = await patiently({ system, signal, isExpected }, () =>
      planWithConsequences({
        session: action.effect === 'read' ? session : foreseeing(session, foresight),
        step,
        instanceId: instance.id,
        ...(instance.item === undefined ? {} : { item: instance.item }),
        scope: input.scope,
        incomplete: true,
        ...(input.isBuiltOn && { asked: 'consequences' }),
        signal,
      }),
    );
    return fromPlan(input, { action, plan, consequences, known });
  } catch (error) {
    session.signal.throwIfAborted();
    const { selection } = session;
    const explained = explainSkipped(error, { step, scope: input.scope, selection });
    const record = toErrorRecord(explained, session.redactor);
    unreachable.learn(targets, record);
    return fromFailure(input, { action, record, targets, scope, known });
  }
}

/** Why a step is not carried out when its target was given up, and what that leaves open. */
export function whyUnavailable<P extends Ports>(
  action: Action<P>,
  target: string,
  step: Pick<Step, 'whenUnavailable'>,
): string {
  const open =
    step.whenUnavailable ??
    (action.effect === 'read'
      ? 'what it would have checked or found there stays unknown'
      : 'nothing is changed there, and whatever still runs there goes on');
  return `target "${target}" is unavailable: ${open}`;
}

interface ForeseenPlan {
  readonly plan: InstancePlan;
  readonly consequences: readonly object[];
}

async function planWithConsequences<P extends Ports>(
  input: PlanInstanceInput<P>,
): Promise<ForeseenPlan> {
  const plan = await planInstance(input);
  const consequences =
    input.asked === 'consequences' && plan.kind === 'planned'
      ? await plan.planned.consequences?.()
      : undefined;
  return { plan, consequences: consequences ?? [] };
}

/** Where only the identity counts; once for all, since there may be very many of them. */
const digestOfNothing = digestJson(null);

type Known = (parts: Partial<PlannedInstance>, rest?: Partial<InstanceOutcome>) => InstanceOutcome;

function fromPlan<P extends Ports>(
  { session, foresight }: PlanStepInput<P>,
  { action, plan, consequences, known }: ForeseenPlan & { action: Action<P>; known: Known },
): InstanceOutcome {
  if (plan.kind === 'later') {
    const { waitsFor, shown } = plan;
    return known(
      { params: shown, changes: [{ kind: 'later', waitsFor }] },
      { risk: riskOfEffect(action.effect), waitsFor },
    );
  }
  const { changes, observed = [], notes = [], warnings = [], outputs } = plan.planned;
  const changer =
    action.effect === 'read'
      ? undefined
      : changerOf([...observed.map(({ object }) => object), ...objectsOf(changes)], foresight);
  const provisional =
    changer === undefined || (changer.foreseen && session.ports.foresee !== undefined)
      ? []
      : [`${changer.step} changes ${changer.object} before this step; planned again then`];
  const missing =
    plan.missing.length === 0
      ? []
      : [`some of its values are known after ${listSome(plan.missing)}`];
  const floor = changer === undefined ? 'safe' : riskOfEffect(action.effect);
  return known(
    {
      params: plan.params,
      changes,
      observed: observed.map(({ object, id, fields }) => ({
        object,
        ...(id === undefined ? {} : { id }),
        digest: fields === null ? digestOfNothing : digestJson(session.redactor.mask(fields)),
      })),
      notes: [...notes, ...missing, ...provisional],
    },
    {
      // What is made of a value that is missing is not known either.
      outputs: plan.missing.length === 0 ? outputs : undefined,
      risk: highestRisk([risksOf(changes), floor]),
      warnings,
      consequences,
    },
  );
}

function fromFailure<P extends Ports>(
  { step, foresight, unreachable }: PlanStepInput<P>,
  {
    action,
    record,
    targets,
    scope,
    known,
  }: {
    action: Action<P>;
    record: ErrorRecord;
    targets: readonly string[];
    scope: Scope;
    known: Known;
  },
): InstanceOutcome {
  const params = paramsAsKnown(action, step.with, scope);
  const { effect } = action;
  const { onFailure } = step;
  const silent = unreachable.expected(targets, record);
  const verdict =
    silent === undefined
      ? judgeFailure({ error: record, effect, onFailure, targets, foresight })
      : judgeSilence(silent, effect);
  switch (verdict.kind) {
    case 'error':
      return known({ params, error: record }, { risk: riskOfEffect(effect) });
    case 'note': {
      const changes = effect === 'read' ? [nothing('reads only')] : [];
      return known({ params, changes, notes: [verdict.note] }, { risk: riskOfEffect(effect) });
    }
    case 'later':
      return known(
        {
          params,
          changes: [{ kind: 'later', waitsFor: verdict.waitsFor }],
          notes: [verdict.note],
        },
        { risk: riskOfEffect(effect) },
      );
    default:
      return assertNever(verdict);
  }
}

function describe(
  id: string,
  targets: readonly string[],
  parts: Partial<PlannedInstance>,
  rest: Partial<InstanceOutcome>,
): InstanceOutcome {
  return {
    planned: { id, params: {}, changes: [], observed: [], notes: [], ...parts },
    targets,
    outputs: undefined,
    risk: 'safe',
    ...rest,
  };
}

/** For showing only: empty when even rendering fails. */
function paramsAsKnown<P extends Ports>(
  action: Action<P>,
  withValues: JsonObject,
  scope: Scope,
): JsonObject {
  try {
    const rendered = renderParams(action, withValues, scope);
    return rendered.known ? rendered.value : rendered.shown;
  } catch {
    return {};
  }
}

function objectsOf(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) =>
    change.kind === 'none' || change.kind === 'later'
      ? []
      : [`${change.on.target}: ${change.on.object}`],
  );
}

function nothing(because: string): Change {
  return { kind: 'none', because };
}
