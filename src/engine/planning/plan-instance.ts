// Plans one instance of a step: render, validate, ask the action. The plan command uses it, and the executor again
// right before each attempt, so that what is done is always what was last looked at.

import type { Asked, EarlierAttempts, Planned, Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { renderParams } from '../language/render-params.ts';
import { validateParams } from '../language/validate-params.ts';
import { createReadContext } from './contexts.ts';
import { withDeadline } from './deadline.ts';
import { hideReplaced } from './hide-replaced.ts';
import { learnSensitive } from './schema-marks.ts';
import type { Session } from './session.ts';

/** The most that one step may take to say what it would do. */
const maxPlanningMs = 120_000;

export interface PlanInstanceInput<P extends Ports> {
  readonly session: Session<P>;
  readonly step: Step;
  /** "step[key]"; the step's id when absent. */
  readonly instanceId?: string;
  readonly item?: Json;
  readonly scope: Scope;
  /** For people to look at: plan also where values are missing that the action only passes on. */
  readonly incomplete?: boolean;
  /** Before an attempt that is not the step's first. */
  readonly earlier?: EarlierAttempts;
  readonly asked?: Asked;
  readonly signal: AbortSignal;
}

/** `params` are not masked: they go to the action. `shown` has "(known after STEP)" where a value is missing. */
export type InstancePlan =
  | {
      readonly kind: 'planned';
      readonly params: JsonObject;
      readonly planned: Planned<JsonObject, object>;
      /** Steps whose outputs `params` hold as "(known after STEP)" only. */
      readonly missing: readonly string[];
    }
  | {
      readonly kind: 'later';
      readonly waitsFor: readonly string[];
      readonly shown: JsonObject;
    };

/** Throws what rendering, validation and the action throw: VALUE_UNRESOLVED, PARAMS_INVALID, CLIENT_*, STEP_TIMEOUT … */
export async function planInstance<P extends Ports>(
  input: PlanInstanceInput<P>,
): Promise<InstancePlan> {
  const { session, step, signal } = input;
  const action = session.registry.get(step.action);
  const scope = scopeOf(input);
  const rendered = renderParams(action, step.with, scope);
  if (!rendered.known && !(rendered.plannable && input.incomplete === true)) {
    return { kind: 'later', waitsFor: rendered.waitsFor, shown: rendered.shown };
  }
  const params = validateParams(action, rendered.known ? rendered.value : rendered.shown, step.at);
  learnSensitive(session.redactor, action.params, params);
  const id = input.instanceId ?? step.id;
  const planned = await withDeadline(
    { ms: Math.min(step.timeoutMs, maxPlanningMs), signal, subject: `Planning step "${id}"` },
    (bounded) =>
      action.plan(params, {
        ...createReadContext(session, { id, title: step.title }, scope, bounded),
        ...(input.earlier !== undefined && { earlier: input.earlier }),
        ...(!rendered.known && { incomplete: true }),
        ...(input.asked !== undefined && { asked: input.asked }),
      }),
  );
  const changes = hideReplaced(session.redactor, planned.changes);
  if (planned.outputs !== undefined) {
    learnSensitive(session.redactor, action.outputs, planned.outputs);
  }
  return {
    kind: 'planned',
    params,
    planned: { ...planned, changes },
    missing: rendered.known ? [] : rendered.waitsFor,
  };
}

function scopeOf({ scope, item }: { readonly scope: Scope; readonly item?: Json }): Scope {
  return item === undefined ? scope : { ...scope, item };
}
