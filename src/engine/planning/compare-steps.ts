// The steps of two plans: whether each is carried out, how often, and on what. See compare-plans.

import { assertNever } from '../contracts/invariant.ts';
import type { PlannedInstance, PlannedStep } from '../contracts/plan.ts';
import { compareInstances, knownNow } from './compare-instances.ts';
import type { Move } from './moves.ts';
import { exceedsRisk } from './risk.ts';

type Fate = PlannedStep['fate'];

export function compareSteps(
  planned: readonly PlannedStep[],
  now: readonly PlannedStep[],
): readonly Move[] {
  return planned.flatMap((before) => {
    const after = now.find(({ id }) => id === before.id);
    if (after === undefined) return [stepMove(before, 'is not in the new plan', true)];
    return compareStep(before, after);
  });
}

function compareStep(before: PlannedStep, after: PlannedStep): readonly Move[] {
  const moves = compareFates(before, after);
  // A step that only reads changes nothing; what others make of it is seen at them.
  const isRead = before.effect === 'read' && after.effect === 'read';
  const weighed = isRead
    ? moves.map((move) => ({ ...move, matters: move.matters && hasError(after, move.name) }))
    : moves;
  const isRiskier = exceedsRisk(after.risk, before.risk);
  if (!isRiskier || weighed.some(({ matters }) => matters)) return weighed;
  return [...weighed, stepMove(before, `is ${after.risk} now; ${before.risk} was planned`, true)];
}

function compareFates(before: PlannedStep, after: PlannedStep): readonly Move[] {
  const { fate } = before;
  switch (fate.kind) {
    case 'planned':
      return fromPlanned(before, fate.instances, after);
    case 'skipped':
      return fromSkipped(before, fate.because, after.fate);
    case 'later':
      return fromLater(before, after);
    default:
      return assertNever(fate);
  }
}

function fromPlanned(
  before: PlannedStep,
  instances: readonly PlannedInstance[],
  { fate }: PlannedStep,
): readonly Move[] {
  switch (fate.kind) {
    case 'planned':
      return compareInstances(before, instances, fate.instances);
    case 'skipped':
      return [stepMove(before, `is skipped now: ${fate.because}`, true)];
    case 'later':
      return [stepMove(before, `is not known any more before ${fate.waitsFor.join(', ')}`, true)];
    default:
      return assertNever(fate);
  }
}

function fromSkipped(step: PlannedStep, because: string, fate: Fate): readonly Move[] {
  if (fate.kind !== 'skipped') {
    return [stepMove(step, `is carried out now; it was skipped: ${because}`, true)];
  }
  if (fate.because === because) return [];
  return [stepMove(step, `is skipped for another reason now: ${fate.because}`, false)];
}

function fromLater(before: PlannedStep, { fate }: PlannedStep): readonly Move[] {
  switch (fate.kind) {
    case 'later':
      return [];
    case 'skipped':
      return [stepMove(before, `is skipped, as is known now: ${fate.because}`, false)];
    case 'planned':
      return knownNow(before, fate.instances);
    default:
      return assertNever(fate);
  }
}

function hasError({ fate }: PlannedStep, instance: string): boolean {
  return (
    fate.kind === 'planned' &&
    fate.instances.some(({ id, error }) => id === instance && error !== undefined)
  );
}

function stepMove({ id }: PlannedStep, message: string, matters: boolean): Move {
  return { about: 'step', name: id, matters, message };
}
