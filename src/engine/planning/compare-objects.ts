// What two plans would do to each object. See compare-plans.

import type { Change, FieldChange } from '../contracts/change.ts';
import type { Json } from '../contracts/json.ts';
import { canonicalJson } from './digest.ts';
import type { FieldMove, ObjectMove } from './moves.ts';

type Effective = Extract<Change, { readonly on: unknown }>;

/** "source: Secret clusters/pull-secret"; undefined for what touches nothing, or nothing known. */
export function objectOf(change: Change): string | undefined {
  return isEffective(change) ? `${change.on.target}: ${change.on.object}` : undefined;
}

/** Objects to which something else would be done now. What is not known in both is left out. */
export function compareObjects(
  planned: readonly Change[],
  now: readonly Change[],
): readonly ObjectMove[] {
  const before = byObject(planned);
  const after = byObject(now);
  const objects = new Set([...before.keys(), ...after.keys()]);
  return [...objects].flatMap((object) => {
    const [one, other] = [before.get(object) ?? [], after.get(object) ?? []];
    // Some actions do several things to one object, always in the same order.
    return Array.from({ length: Math.max(one.length, other.length) }, (_, index) =>
      compareChange(object, one[index], other[index]),
    ).flat();
  });
}

export function onlyNow(changes: readonly Change[]): readonly ObjectMove[] {
  return compareObjects([], changes);
}

function compareChange(
  object: string,
  planned: Effective | undefined,
  now: Effective | undefined,
): readonly ObjectMove[] {
  const fields = compareFields(fieldsOf(planned), fieldsOf(now));
  const was = planned === undefined ? 'nothing' : wordsOf(planned);
  const is = now === undefined ? 'nothing' : wordsOf(now);
  if (was === is && fields.length === 0) return [];
  const message = was === is ? `${is}, with other fields` : `${is}; ${was} was planned`;
  return [{ object, message, fields }];
}

function wordsOf(change: Effective): string {
  const what = change.kind === 'run' ? change.summary : change.kind;
  return change.risk === 'safe' ? what : `${what} (${change.risk})`;
}

function fieldsOf(change: Effective | undefined): readonly FieldChange[] {
  return change === undefined || change.kind === 'run' ? [] : change.fields;
}

function compareFields(
  planned: readonly FieldChange[],
  now: readonly FieldChange[],
): readonly FieldMove[] {
  const before = new Map(planned.map((field) => [field.path, field]));
  const after = new Map(now.map((field) => [field.path, field]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [one, other] = [before.get(path), after.get(path)];
    if (one !== undefined && other !== undefined && isSame(one, other)) return [];
    return [
      {
        path,
        ...(one === undefined ? {} : { planned: valuesOf(one) }),
        ...(other === undefined ? {} : { now: valuesOf(other) }),
      },
    ];
  });
}

function valuesOf({ before, after }: FieldChange): Omit<FieldChange, 'path'> {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function isSame(one: FieldChange, other: FieldChange): boolean {
  return canonicalJson(one as unknown as Json) === canonicalJson(other as unknown as Json);
}

function isEffective(change: Change): change is Effective {
  return change.kind !== 'none' && change.kind !== 'later';
}

function byObject(changes: readonly Change[]): ReadonlyMap<string, readonly Effective[]> {
  const found = new Map<string, Effective[]>();
  for (const change of changes.filter(isEffective)) {
    const object = objectOf(change) ?? '';
    found.set(object, [...(found.get(object) ?? []), change]);
  }
  return found;
}
