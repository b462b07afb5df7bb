// The instances of one step in two plans, object by object and field by field. See compare-plans.

import type { Change } from '../contracts/change.ts';
import type { Json } from '../contracts/json.ts';
import type { PlannedInstance, PlannedStep } from '../contracts/plan.ts';
import { compareObjects, objectOf, onlyNow } from './compare-objects.ts';
import { canonicalJson } from './digest.ts';
import type { Move, ObjectMove } from './moves.ts';
import { exceedsRisk, risksOf } from './risk.ts';

export function compareInstances(
  step: PlannedStep,
  planned: readonly PlannedInstance[],
  now: readonly PlannedInstance[],
): readonly Move[] {
  const gone = planned.filter(({ id }) => !now.some((one) => one.id === id));
  const added = now.filter(({ id }) => !planned.some((one) => one.id === id));
  return [
    ...gone.map(({ id, changes }) => move(id, 'is not carried out any more', true, lost(changes))),
    ...planned.flatMap((before) => {
      const after = now.find(({ id }) => id === before.id);
      return after === undefined ? [] : compareInstance(step, before, after);
    }),
    ...added.map(({ id, changes }) => move(id, 'is carried out too now', true, onlyNow(changes))),
  ];
}

/** Of a step of which nothing was known yet. Its risk was: the highest that its action can have. */
export function knownNow(
  step: PlannedStep,
  instances: readonly PlannedInstance[],
): readonly Move[] {
  return instances.flatMap(({ id, changes, error }) => {
    if (error !== undefined) return [move(id, `cannot be planned now: ${error.message}`, true)];
    const objects = onlyNow(changes);
    if (objects.length === 0) return [];
    const isRiskier = exceedsRisk(risksOf(changes), step.risk);
    const message = isRiskier
      ? `is known now, and is ${risksOf(changes)}; ${step.risk} was planned`
      : 'is known now, and was not when the plan was made';
    return [move(id, message, isRiskier, objects)];
  });
}

function compareInstance(
  step: PlannedStep,
  before: PlannedInstance,
  after: PlannedInstance,
): readonly Move[] {
  const { id, error } = after;
  if (error !== undefined) {
    return before.error === undefined
      ? [move(id, `cannot be planned now: ${error.message}`, true)]
      : [];
  }
  if (before.changes.some(isLater)) return fromLater(step, before, after);
  if (after.changes.some(isLater)) return [move(id, 'is not known any more beforehand', true)];
  const objects = compareObjects(before.changes, after.changes);
  const seen = compareObserved(before, after);
  const telling = seen.filter(({ matters }) => matters);
  if (objects.length > 0) {
    return [move(id, 'would do something else now', true, objects), ...telling];
  }
  const params = differingKeys(before.params, after.params);
  if (params.length > 0) {
    return [move(id, `has other parameters now: ${params.join(', ')}`, true), ...telling];
  }
  return seen;
}

/** What was known beside the part that was not must stay as it was. */
function fromLater(
  step: PlannedStep,
  before: PlannedInstance,
  after: PlannedInstance,
): readonly Move[] {
  const objects = new Set(before.changes.flatMap((change) => objectOf(change) ?? []));
  const isPlanned = (change: Change): boolean => objects.has(objectOf(change) ?? '');
  const other = compareObjects(before.changes, after.changes.filter(isPlanned));
  if (other.length > 0) return [move(after.id, 'would do something else now', true, other)];
  const known = after.changes.filter((change) => !isPlanned(change));
  return knownNow(step, [{ ...after, changes: known }]);
}

/** An object that a step takes or leaves is seen here also where its changes only count them. */
function compareObserved(before: PlannedInstance, after: PlannedInstance): readonly Move[] {
  const touched = new Set(before.changes.flatMap((change) => objectOf(change) ?? []));
  const added = after.observed.filter(({ object }) => !isAmong(before.observed, object));
  return [
    ...before.observed.flatMap((one): readonly Move[] => {
      const other = after.observed.find(({ object }) => object === one.object);
      if (other === undefined)
        return [move(after.id, `${one.object} is not among its objects any more`, true)];
      if (one.id !== other.id) {
        const message = `${one.object} was made anew, or is another version`;
        return [move(after.id, message, touched.has(one.object))];
      }
      if (one.digest === other.digest) return [];
      return [move(after.id, `${one.object} has changed; what would be done there has not`, false)];
    }),
    ...added.map(({ object }) => move(after.id, `${object} is among its objects now`, true)),
  ];
}

function isAmong(observed: PlannedInstance['observed'], object: string): boolean {
  return observed.some((one) => one.object === object);
}

function differingKeys(
  planned: PlannedInstance['params'],
  now: PlannedInstance['params'],
): readonly string[] {
  const keys = new Set([...Object.keys(planned), ...Object.keys(now)]);
  return [...keys].filter((key) => textOf(planned[key]) !== textOf(now[key]));
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : canonicalJson(value);
}

function lost(changes: readonly Change[]): readonly ObjectMove[] {
  return compareObjects(changes, []);
}

function isLater({ kind }: Change): boolean {
  return kind === 'later';
}

function move(
  name: string,
  message: string,
  matters: boolean,
  objects: readonly ObjectMove[] = [],
): Move {
  return { about: 'step', name, matters, message, ...(objects.length === 0 ? {} : { objects }) };
}
