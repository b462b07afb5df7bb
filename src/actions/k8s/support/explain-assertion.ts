// What an assertion expected and what was found, for people: the part of the expression that fails, the objects that fail
// it, and the values that it names. Secrets are named, never shown.

import { counted, listSome } from '../../../engine/index.ts';
import type { Json, JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { conjunctsOf, fieldsOf, macroOver } from './expression-parts.ts';
import type { MacroCall, NamedField } from './expression-parts.ts';
import { isJsonObject, valueAt } from './json-tree.ts';
import { describeObject, shownObject, withoutManagedFields } from './objects.ts';

const maxFields = 5;
const maxValueLength = 300;

export interface FailedAssertion {
  readonly that: string;
  /** What it gave, which is not true; or why it could not be evaluated. */
  readonly outcome: { readonly answer: Json } | { readonly because: string };
  readonly single: boolean;
  readonly objects: readonly KubeObject[];
  /** Objects elsewhere that the expression knows as `others`: one, or a list. */
  readonly others: Readonly<Record<string, Found>>;
  readonly ctx: ReadContext<DrPorts>;
}

export type Found = KubeObject | readonly KubeObject[];

/** What the expression sees. */
export function namesFor({
  single,
  objects,
  others,
}: Pick<FailedAssertion, 'single' | 'objects' | 'others'>): JsonObject {
  const plain = objects.map(withoutManagedFields);
  return {
    ...(single ? { object: plain[0] ?? null } : { objects: plain }),
    others: othersAs(others, withoutManagedFields),
  };
}

/** "expected A, which is false; object.x is 1". */
export function explainAssertion(failed: FailedAssertion): string {
  const parts = failingParts(failed.that, namesFor(failed), failed);
  const macro = macroIn(parts);
  if (macro !== undefined) return ofEach(macro, failed);
  const expected = parts.join(' && ');
  const { outcome } = failed;
  const which =
    'because' in outcome
      ? `cannot be told: ${outcome.because}`
      : `is ${JSON.stringify(outcome.answer)}`;
  const all = [...foundIn(expected, failed), ...othersFound(expected, failed)];
  return `expected ${expected}, which ${which}${all.length === 0 ? '' : `; ${all.join(', ')}`}`;
}

function foundIn(expected: string, { single, objects }: FailedAssertion): readonly string[] {
  if (!single)
    return [`${counted(objects.length, 'object')}${listed(objects.map(describeObject))}`];
  const [object] = objects;
  if (object === undefined) return ['object is absent'];
  return fieldsFound('object', expected, shownObject(object));
}

function macroIn(parts: readonly string[]): MacroCall | undefined {
  const [only, ...others] = parts;
  if (only === undefined || others.length > 0) return undefined;
  const macro = macroOver('objects', only);
  return macro === undefined || /\bobjects\b/.test(macro.condition) ? undefined : macro;
}

/** Of `a && b && c` those that are false; where none is, the first that cannot be evaluated. */
function failingParts(
  expression: string,
  names: JsonObject,
  { ctx }: Pick<FailedAssertion, 'ctx'>,
): readonly string[] {
  const parts = conjunctsOf(expression).map((part) => ({ part, answer: tried(part, names, ctx) }));
  const isFalse = parts.filter(({ answer }) => answer === false);
  const failing = isFalse.length > 0 ? isFalse : parts.filter(({ answer }) => answer !== true);
  const shown = failing.map(({ part }) => part);
  if (shown.length === 0) return [expression];
  return isFalse.length > 0 ? shown : shown.slice(0, 1);
}

function tried(expression: string, names: JsonObject, ctx: ReadContext<DrPorts>): Json | undefined {
  try {
    return ctx.evaluate(expression, names);
  } catch (error) {
    if (hasCode(error, 'VALUE_UNRESOLVED')) return undefined;
    throw error;
  }
}

/** Of `objects.all(o, condition)` those that fail it, of `objects.exists` all of them. */
function ofEach({ macro, variable, condition }: MacroCall, failed: FailedAssertion): string {
  const { objects, ctx } = failed;
  const { objects: _, ...names } = namesFor(failed);
  const seenBy = (object: KubeObject): JsonObject => ({
    ...names,
    [variable]: withoutManagedFields(object),
  });
  const failing =
    macro === 'exists'
      ? objects
      : objects.filter((object) => tried(condition, seenBy(object), ctx) !== true);
  const told = failing.map((object) => ({
    object,
    parts: macro === 'exists' ? [condition] : failingParts(condition, seenBy(object), failed),
  }));
  const shown = told.map(({ object, parts }) => {
    const fields = fieldsFound(variable, parts.join(' && '), shownObject(object));
    return `${describeObject(object)}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`;
  });
  const elsewhere = othersFound(condition, failed).map((one) => `; ${one}`);
  const expected = [...new Set(told.flatMap(({ parts }) => parts))].join(' && ');
  const count =
    macro === 'exists'
      ? `one with ${condition}, found ${objects.length === 0 ? 'no object' : `${objects.length} without it`}`
      : `of each ${variable}: ${expected}, found ${failing.length} of ${objects.length} otherwise`;
  return `expected ${count}${listed(shown)}${elsewhere.join('')}`;
}

function fieldsFound(
  root: string,
  expression: string,
  value: Json | KubeObject | undefined,
): readonly string[] {
  const at = ({ path }: NamedField): Json | undefined => valueAt(value, path);
  const shown = fieldsOf(root, expression).map((field) => {
    const told = field.list !== undefined && Array.isArray(at(field.list)) ? field.list : field;
    return `${told.text} is ${valueText(at(told))}`;
  });
  return [...new Set(shown)].slice(0, maxFields);
}

function othersFound(expression: string, { others }: FailedAssertion): readonly string[] {
  return fieldsFound('others', expression, othersAs(others, shownObject));
}

function othersAs(
  others: FailedAssertion['others'],
  show: (object: KubeObject) => KubeObject,
): JsonObject {
  return Object.fromEntries(
    Object.entries(others).map(([name, found]) => [
      name,
      'metadata' in found ? show(found) : found.map(show),
    ]),
  );
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  const names = namesIn(value);
  const text = names === undefined ? JSON.stringify(value) : `${names.length}${listed(names)}`;
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

/** Of a list of objects; undefined for anything else. */
function namesIn(value: Json): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = (value as readonly Json[]).map((item) =>
    isJsonObject(item) ? valueAt(item, ['metadata', 'name']) : undefined,
  );
  return names.every((name) => typeof name === 'string') && names.length > 0 ? names : undefined;
}

/** ": a, b, c, d … and 3 more"; nothing for none. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${listSome(names)}`;
}
