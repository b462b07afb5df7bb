// What a k8s.wait waits for, and whether a set of objects fulfils it. Pure but for CEL.

import { DrctlError, listSome } from '../../../engine/index.ts';
import type { Json, JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeQuery, KubeReader } from '../../ports.ts';
import { conditionProblem, parseCondition } from './conditions.ts';
import type { WantedCondition } from './conditions.ts';
import { hasCode } from './errors.ts';
import { describeObject, describeRef, withoutManagedFields } from './objects.ts';
import {
  checkSelection,
  describeSelection,
  isWanted,
  missingNames,
  namesOf,
  selectionOf,
} from './selection.ts';
import type { Selection } from './selection.ts';
import type { Verdict } from './watch-until.ts';

interface WaitParams extends Omit<Selection, 'apiVersion' | 'kind'> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly for?: string;
  readonly that?: string;
  readonly condition?: string;
  readonly count?: number | string;
}

export interface WaitGoal {
  readonly selection: Selection;
  readonly presence: 'present' | 'absent' | 'condition';
  readonly that: string | undefined;
  readonly condition: WantedCondition | undefined;
  readonly count: number | string | undefined;
  /** "HostedCluster clusters/prod: Available=True", to read after "waiting for". */
  readonly description: string;
}

/** PARAMS_INVALID when it is not said what to wait for. */
export function waitGoal(wanted: WaitParams): WaitGoal {
  if (wanted.apiVersion === undefined || wanted.kind === undefined) {
    throw new DrctlError('PARAMS_INVALID', 'It is not said what to wait for', {
      hint: 'Give apiVersion, kind and a selection, or a path',
    });
  }
  checkSelection(wanted);
  const { that, count } = wanted;
  const hasTest = that !== undefined || wanted.condition !== undefined || count !== undefined;
  const presence = wanted.for ?? (hasTest ? 'condition' : 'present');
  if (presence === 'condition' && !hasTest) {
    throw new DrctlError('PARAMS_INVALID', 'Waiting for a condition, but none is given', {
      hint: 'Give that, condition or count',
    });
  }
  const kind = { apiVersion: wanted.apiVersion, kind: wanted.kind };
  const selection = selectionOf(kind, wanted);
  const tests = [
    presence === 'condition' ? undefined : presence,
    wanted.condition,
    that,
    count === undefined ? undefined : `count ${count}`,
  ].filter((text) => text !== undefined);
  return {
    selection,
    presence: presence as WaitGoal['presence'],
    that,
    condition: wanted.condition === undefined ? undefined : parseCondition(wanted.condition),
    count,
    description: `${describeSelection(selection)}: ${tests.join(', ')}`,
  };
}

export function queryOf({ apiVersion, kind, namespace, name, selector }: Selection): KubeQuery {
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  };
}

export async function objectsNow(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  selection: Selection,
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for await (const object of kube.list(queryOf(selection), ctx.signal)) objects.push(object);
  return objects;
}

/** Of what is watched, what the selection means. */
export function chosen(
  { selection }: WaitGoal,
  objects: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): readonly KubeObject[] {
  const names = namesOf(selection);
  return objects.filter(
    (object) =>
      (names === undefined || names.includes(object.metadata.name)) &&
      isWanted(ctx, selection.where, object),
  );
}

export function goalVerdict(
  goal: WaitGoal,
  watched: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): Verdict {
  try {
    return verdictOf(goal, chosen(goal, watched, ctx), ctx);
  } catch (error) {
    // A field that is not there yet cannot be evaluated yet.
    if (!hasCode(error, 'VALUE_UNRESOLVED')) throw error;
    return { holds: false, seen: error.message };
  }
}

function verdictOf(
  goal: WaitGoal,
  objects: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): Verdict {
  if (goal.presence === 'absent') return absentVerdict(objects);
  const missing = missingNames(goal.selection, objects);
  if (missing.length > 0) {
    const shown = missing.map((name) => describeRef({ ...goal.selection, name }));
    return no(`${listSome(shown)} not found`);
  }
  if (goal.presence === 'present' && objects.length === 0) return no('none found');
  const ready = goal.condition === undefined ? objects : withCondition(objects, goal.condition);
  if (goal.count !== undefined) {
    const wanted = countOf(goal.count, objects, ctx);
    if (ready.length !== wanted) return no(`${ready.length} of ${wanted}`);
  } else if (goal.condition !== undefined) {
    if (objects.length === 0) return no('none found');
    const problem = firstProblem(objects, goal.condition);
    if (problem !== undefined) return no(problem);
  }
  return goal.that === undefined ? { holds: true } : thatVerdict(goal, objects, ctx);
}

function thatVerdict(
  { that, selection }: WaitGoal,
  objects: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): Verdict {
  const plain = objects.map(withoutManagedFields);
  const names: JsonObject =
    selection.name === undefined ? { objects: plain } : { object: plain[0] ?? null };
  const answer = ctx.evaluate(that ?? 'true', names);
  return answer === true ? { holds: true } : no(`${that ?? ''} is ${JSON.stringify(answer)}`);
}

function countOf(
  count: number | string,
  objects: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): number {
  if (typeof count === 'number') return count;
  const value: Json = ctx.evaluate(count, { objects: objects.map(withoutManagedFields) });
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new DrctlError('PARAMS_INVALID', `count "${count}" gives ${JSON.stringify(value)}`, {
    hint: 'It must give a whole number',
  });
}

function withCondition(
  objects: readonly KubeObject[],
  condition: WantedCondition,
): readonly KubeObject[] {
  return objects.filter((object) => conditionProblem(object, condition) === undefined);
}

function firstProblem(
  objects: readonly KubeObject[],
  condition: WantedCondition,
): string | undefined {
  for (const object of objects) {
    const problem = conditionProblem(object, condition);
    if (problem !== undefined) return `${describeObject(object)} ${problem}`;
  }
  return undefined;
}

function absentVerdict(objects: readonly KubeObject[]): Verdict {
  const [first] = objects;
  if (first === undefined) return { holds: true };
  const isEnding = first.metadata['deletionTimestamp'] !== undefined;
  return no(
    `${objects.length} left, for one ${describeObject(first)}${isEnding ? ' (being deleted)' : ''}`,
  );
}

function no(seen: string): Verdict {
  return { holds: false, seen };
}
