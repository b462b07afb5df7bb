// Everything that a run of this runbook, and its rollback, must be allowed to do: from the declarations of its actions,
// with parameters as far as they are known before the run. Contacts nothing.

import type { Action, ForeseenUse, Ports } from '../../contracts/action.ts';
import { knownText } from '../../contracts/foreseen.ts';
import type { JsonObject } from '../../contracts/json.ts';
import type { Permission } from '../../contracts/permission.ts';
import type { Registry } from '../../contracts/registry.ts';
import type { Check, EnvValue, Phase, Runbook, Scope, Step } from '../../contracts/runbook.ts';
import { evaluateWhen } from '../expand-step.ts';
import { renderParams } from '../../language/render-params.ts';
import { createLedger } from './ledger.ts';
import type { Ledger, NeededPermission } from './ledger.ts';
import { scopeAhead, scopesOfStep } from './scope-ahead.ts';

export type { NeededPermission, PermissionUse } from './ledger.ts';

export interface CollectOptions<P extends Ports> {
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  readonly env: readonly EnvValue[];
  /** Targets that were given up: what only happens then, or only without, is told by `run.unavailable`. */
  readonly unavailable?: readonly string[];
  /** Also what undoing steps from a point of no return on needs. */
  readonly forcedRollback: boolean;
}

export interface CollectedPermissions {
  /** In the order in which the run meets them; of two that are needed the wider one stands for both. */
  readonly needed: readonly NeededPermission[];
  /** Steps and checks whose target is not known before the run: their permissions are not in `needed`. */
  readonly withoutTarget: readonly string[];
}

interface Collecting<P extends Ports> {
  readonly options: CollectOptions<P>;
  readonly ledger: Ledger;
  readonly scope: Scope;
  readonly earlier: ForeseenUse[];
}

/** VALUE_UNRESOLVED when a template cannot be rendered whatever the steps before it give. */
export function collectPermissions<P extends Ports>(
  options: CollectOptions<P>,
): CollectedPermissions {
  const { runbook } = options;
  const collecting: Collecting<P> = {
    options,
    ledger: createLedger(),
    scope: scopeAhead(runbook, options.env, options.unavailable ?? []),
    earlier: [],
  };
  for (const check of runbook.preconditions) collectCheck(collecting, 'precondition', check);
  let isPast = false;
  for (const phase of runbook.phases) {
    isPast ||= phase.pointOfNoReturn;
    collectPhase(collecting, phase, isPast && !options.forcedRollback);
  }
  return { needed: collecting.ledger.needed(), withoutTarget: collecting.ledger.withoutTarget() };
}

function collectPhase<P extends Ports>(
  collecting: Collecting<P>,
  phase: Phase,
  isNeverUndone: boolean,
): void {
  for (const guard of phase.guards) collectCheck(collecting, 'guard', guard);
  for (const step of phase.steps) {
    collectStep(collecting, step, isNeverUndone && !step.deferUndo);
  }
}

function collectCheck<P extends Ports>(
  { options, ledger, scope, earlier }: Collecting<P>,
  as: 'precondition' | 'guard',
  check: Check,
): void {
  if (evaluateWhen(check, scope).kind === 'skipped') return;
  const action = options.registry.get(check.action);
  const { carryOut } = action.permissions(rendered(action, check.with, scope), earlier);
  add(ledger, carryOut, { as, id: check.id });
}

function collectStep<P extends Ports>(
  collecting: Collecting<P>,
  step: Step,
  isNeverUndone: boolean,
): void {
  const { options, ledger, earlier } = collecting;
  const action = options.registry.get(step.action);
  for (const scope of scopesOfStep(step, collecting.scope)) {
    const params = rendered(action, step.with, scope);
    const { carryOut, undo = [] } = action.permissions(params, earlier);
    add(ledger, carryOut, { as: 'step', id: step.id });
    if (!isNeverUndone) collectUndo(collecting, { step, scope, action, undo });
    earlier.push({ action: action.name, params });
  }
}

function collectUndo<P extends Ports>(
  { options, ledger, earlier }: Collecting<P>,
  of: {
    readonly step: Step;
    readonly scope: Scope;
    readonly action: Action<P>;
    readonly undo: readonly Permission[];
  },
): void {
  const explicit = options.runbook.rollback.get(of.step.id);
  if (explicit === undefined) {
    if (of.action.undo.possible) add(ledger, of.undo, { as: 'undo', id: of.step.id });
    return;
  }
  for (const step of explicit) {
    if (evaluateWhen(step, of.scope).kind === 'skipped') continue;
    const action = options.registry.get(step.action);
    const { carryOut } = action.permissions(rendered(action, step.with, of.scope), earlier);
    add(ledger, carryOut, { as: 'undo', id: of.step.id });
  }
}

function rendered<P extends Ports>(
  action: Action<P>,
  withValues: JsonObject,
  scope: Scope,
): JsonObject {
  const params = renderParams(action, withValues, scope);
  return params.known ? params.value : params.shown;
}

function add(
  ledger: Ledger,
  permissions: readonly Permission[],
  use: Parameters<Ledger['add']>[1],
): void {
  for (const permission of permissions) {
    if (knownText(permission.target) === undefined) ledger.addWithoutTarget(use);
    else ledger.add(permission, use);
  }
}
