// What differs between two runbooks by meaning: comments, layout and the order of keys do not count.

import type { Json, JsonObject, Runbook } from '../../engine/index.ts';
import { partsOf } from './parts.ts';
import type { Part, PartKind } from './parts.ts';
import { weakeningOf } from './weakening.ts';

export interface FieldDifference {
  /** "with.patch.spec.replicas" */
  readonly path: string;
  /** Absent: it was not set. */
  readonly before?: Json;
  readonly after?: Json;
}

export interface Difference {
  readonly kind: PartKind;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Only for what changed. */
  readonly fields: readonly FieldDifference[];
  /** A protection is taken away or is less than it was, in a few words. */
  readonly weakens?: string;
}

/** Empty when both mean the same. In the order of the new runbook, what was removed at the end of its kind. */
export function diffRunbooks(before: Runbook, after: Runbook): readonly Difference[] {
  const old = byKey(partsOf(before));
  const current = byKey(partsOf(after));
  const removed = [...old].filter(([key]) => !current.has(key)).map(([, part]) => part);
  return [
    ...[...current].flatMap(([key, part]) => {
      const was = old.get(key);
      if (was === undefined) return [difference(part, 'added', [])];
      const fields = fieldDifferences(was.fields, part.fields, '');
      return fields.length === 0 ? [] : [difference(part, 'changed', fields)];
    }),
    ...removed.map((part) => difference(part, 'removed', [])),
  ];
}

function difference(
  { kind, name }: Part,
  change: Difference['change'],
  fields: readonly FieldDifference[],
): Difference {
  const found = { kind, name, change, fields };
  const weakens = weakeningOf(found);
  return weakens === undefined ? found : { ...found, weakens };
}

const byKey = (parts: readonly Part[]): ReadonlyMap<string, Part> =>
  new Map(parts.map((part) => [`${part.kind} ${part.name}`, part]));

function fieldDifferences(
  before: JsonObject,
  after: JsonObject,
  within: string,
): readonly FieldDifference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const path = within === '' ? name : `${within}.${name}`;
    return compareValues(before[name], after[name], path);
  });
}

function compareValues(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): readonly FieldDifference[] {
  if (isObject(before) && isObject(after)) return fieldDifferences(before, after, path);
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [
    {
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
