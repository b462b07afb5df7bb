// A planned step as it stands in the plan: masked, with errors that repeat an earlier one left out.

import type { Ports } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import { assertNever } from '../contracts/invariant.ts';
import type { CheckResult, PlannedInstance, PlannedStep } from '../contracts/plan.ts';
import type { Step } from '../contracts/runbook.ts';
import type { Json } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';
import { maskErrorRecord } from './error-record.ts';
import type { ForeseenStep } from './foresight.ts';
import { noAnswer } from './no-answer.ts';
import type { InstanceOutcome } from './plan-step-instance.ts';
import type { StepOutcome } from './plan-step.ts';
import type { Session } from './session.ts';
import type { UnreachableTargets } from './unreachable-targets.ts';

interface Showing<P extends Ports> {
  readonly session: Session<P>;
  readonly unreachable: UnreachableTargets;
}

/** Call it in the plan's order: of several errors about one target the first is the one that is shown. */
export function showStep<P extends Ports>(
  { session, unreachable }: Showing<P>,
  step: Step,
  { fate, risk, targets }: StepOutcome,
): PlannedStep {
  const action = session.registry.find(step.action);
  return {
    id: step.id,
    title: step.title,
    action: step.action,
    actionVersion: action?.version ?? 0,
    effect: action?.effect ?? 'read',
    needs: step.needs,
    deferUndo: step.deferUndo,
    fate: showFate(fate, targets, { session, unreachable }),
    risk,
  };
}

/** Masked once more: a secret may have become known after the check was evaluated. */
export function showCheck(result: CheckResult, redactor: Redactor): CheckResult {
  const { message, error } = result;
  return {
    ...result,
    ...(message === undefined ? {} : { message: redactor.maskText(message) }),
    ...(error === undefined ? {} : { error: maskErrorRecord(error, redactor) }),
  };
}

/** What later steps have to reckon with. */
export function foreseenOf<P extends Ports>(
  { session }: Showing<P>,
  { id, action }: Step,
  { fate, targets }: StepOutcome,
): ForeseenStep {
  const effect = session.registry.find(action)?.effect ?? 'read';
  return { id, effect, targets, changes: changesOf(fate), consequences: consequencesOf(fate) };
}

function changesOf(fate: StepOutcome['fate']): readonly Change[] {
  switch (fate.kind) {
    case 'planned':
      return fate.instances.flatMap(({ planned }) => planned.changes);
    case 'later':
      return [{ kind: 'later', waitsFor: fate.waitsFor }];
    case 'skipped':
      return [];
    default:
      return assertNever(fate);
  }
}

function consequencesOf(fate: StepOutcome['fate']): readonly object[] {
  return fate.kind === 'planned'
    ? fate.instances.flatMap(({ consequences = [] }) => consequences)
    : [];
}

function showFate<P extends Ports>(
  fate: StepOutcome['fate'],
  targets: readonly string[],
  showing: Showing<P>,
): PlannedStep['fate'] {
  const { redactor } = showing.session;
  switch (fate.kind) {
    case 'planned':
      return {
        kind: 'planned',
        instances: fate.instances.map((one) => showInstance(one, showing)),
      };
    case 'later':
      return {
        ...fate,
        ...(targets.length === 0 ? {} : { targets }),
        ...(fate.params === undefined ? {} : { params: redactor.mask(fate.params) }),
      };
    case 'skipped':
      return { kind: 'skipped', because: redactor.maskText(fate.because) };
    default:
      return assertNever(fate);
  }
}

function showInstance<P extends Ports>(
  { planned, targets }: InstanceOutcome,
  { session, unreachable }: Showing<P>,
): PlannedInstance {
  const { redactor } = session;
  const { error, ...rest } = planned;
  const shown = {
    ...rest,
    id: redactor.maskText(planned.id),
    params: redactor.mask(planned.params),
    changes: maskChanges(planned.changes, redactor),
    observed: planned.observed.map((one) => ({
      ...one,
      object: redactor.maskText(one.object),
    })),
    notes: planned.notes.map((note) => redactor.maskText(note)),
  };
  if (error === undefined) return shown;
  const repeats = unreachable.repeats(targets, error);
  if (repeats !== undefined) return { ...shown, notes: [...shown.notes, repeats] };
  const silent = unreachable.silentOf(targets, error);
  const told = silent.length === 0 ? error : noAnswer(session, silent, error);
  return { ...shown, error: maskErrorRecord(told, redactor) };
}

/** Changes are JSON; the type system cannot see that of interfaces. */
function maskChanges(changes: readonly Change[], redactor: Redactor): readonly Change[] {
  return redactor.mask(changes as unknown as Json) as unknown as readonly Change[];
}
