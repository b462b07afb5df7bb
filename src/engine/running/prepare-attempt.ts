// Everything that comes before an attempt is begun, and only reads: is the step wanted, do the guards hold, and what
// would it do now. The answer is data; nothing has been changed when it is given.

import type { Ports } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import type { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Instance } from '../contracts/journal-event.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { renderParams } from '../language/render-params.ts';
import { validateParams } from '../language/validate-params.ts';
import { evaluateWhen } from '../planning/expand-step.ts';
import { planInstance } from '../planning/plan-instance.ts';
import { whyUnavailable } from '../planning/plan-step-instance.ts';
import { learnSensitive } from '../planning/schema-marks.ts';
import { targetsOf } from '../planning/step-targets.ts';
import { refusedByGuard } from './check-guards.ts';
import type { Execution } from './execution.ts';
import type { GraphStep } from './run-graph.ts';
import { instanceOf } from './run-state.ts';
import { refuseMasked, scopeFor, scopeOf } from './step-scope.ts';
import { tokenOf, undoEntriesOf } from './undo-entries.ts';

export type Prepared =
  | { readonly kind: 'skip'; readonly because: string }
  | { readonly kind: 'refuse'; readonly error: DrctlError }
  | {
      readonly kind: 'ready';
      readonly params: JsonObject;
      /** Nothing else of the plan: a long attempt would hold it all the while. */
      readonly changes: readonly Change[];
      readonly scope: Scope;
    };

export interface AttemptRequest {
  readonly id: string;
  readonly of: GraphStep;
  readonly instance: Instance | undefined;
}

export async function prepareAttempt<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
  signal: AbortSignal,
): Promise<Prepared> {
  const { id, of } = request;
  const { step } = of;
  const leftOut = whyLeftOut(run, of);
  if (leftOut !== undefined) return { kind: 'skip', because: leftOut };
  const scope = await scopeFor(run, scopeOf(request, signal));
  const { begun } = instanceOf(run.journal.state, id);
  const skip =
    givenUp(run, of, scope) ?? (begun && of.effect !== 'read' ? undefined : notWanted(of, scope));
  if (skip !== undefined) return { kind: 'skip', because: skip };

  const refusal = of.effect === 'read' ? undefined : await refusedByGuard(run, of, signal);
  if (refusal !== undefined) return { kind: 'refuse', error: refusal };

  const { params, changes } = await planNow(run, { id, of, scope, signal });
  refuseMasked(run, params, step.needs);
  return { kind: 'ready', params, changes, scope };
}

/** It is not of the part of the runbook that was asked for. */
export function whyLeftOut<P extends Ports>(
  { plan }: Pick<Execution<P>, 'plan'>,
  { step }: GraphStep,
): string | undefined {
  return plan.selection?.leftOut[step.id];
}

/** A read would do its whole work to say what it would do, and there is nothing to approve in it: it is only rendered. */
async function planNow<P extends Ports>(
  run: Execution<P>,
  {
    id,
    of,
    scope,
    signal,
  }: {
    readonly id: string;
    readonly of: GraphStep;
    readonly scope: Scope;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly params: JsonObject; readonly changes: readonly Change[] }> {
  const { session } = run;
  const { step } = of;
  if (of.effect !== 'read') {
    const plan = await planInstance({
      session,
      step,
      instanceId: id,
      scope,
      asked: 'changes',
      signal,
      ...(instanceOf(run.journal.state, id).begun && {
        earlier: { undoEntries: await undoEntriesOf(run, id), token: tokenOf(session.runId, id) },
      }),
    });
    invariant(plan.kind === 'planned', `${id} is due, so all that it needs must have ended`);
    return { params: plan.params, changes: plan.planned.changes };
  }
  const action = session.registry.get(step.action);
  const rendered = renderParams(action, step.with, scope);
  invariant(rendered.known, `${id} is due, so all that it needs must have ended`);
  const params = validateParams(action, rendered.value, step.at);
  learnSensitive(session.redactor, action.params, params);
  return { params, changes: [{ kind: 'none', because: 'reads only' }] };
}

/** For a step that has not begun: once it has, half of its work may be there and `when` is not asked any more. */
export function reasonToSkip<P extends Ports>(
  run: Execution<P>,
  of: GraphStep,
  scope: Scope,
): string | undefined {
  return givenUp(run, of, scope) ?? notWanted(of, scope);
}

/** Also for a step that has begun: whatever it left there, nobody can reach it any more. */
export function givenUp<P extends Ports>(
  { session }: Pick<Execution<P>, 'session'>,
  { step }: GraphStep,
  scope: Scope,
): string | undefined {
  const action = session.registry.get(step.action);
  const gone = targetsOf(action, step.with, scope).find((name) =>
    session.unavailable.includes(name),
  );
  return gone === undefined ? undefined : whyUnavailable(action, gone, step);
}

function notWanted({ step }: GraphStep, scope: Scope): string | undefined {
  // A forEach step as a whole has no item yet; its instances are asked one by one.
  if (step.forEach !== undefined && scope.item === undefined) return undefined;
  const when = evaluateWhen(step, scope);
  invariant(when.kind !== 'later', `${step.id} is due, so "when" must be known`);
  return when.kind === 'skipped' ? when.because : undefined;
}
