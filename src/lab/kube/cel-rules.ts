/*
 * x-kubernetes-validations: CEL rules of a CRD's schema, evaluated over an object and what it replaces.
 * A rule that speaks of oldSelf is a transition rule and only runs when there is an old value. A rule this
 * CEL dialect cannot evaluate is passed over: the lab must not refuse what a real server accepts.
 */
import { Environment } from '@marcbachmann/cel-js';
import { isMap, type Json, type KubeObject } from './objects.ts';
import { invalidValue } from './metadata-rules.ts';
import type { SchemaNode, ValidationRule } from './schema-node.ts';
import type { FieldError } from './status-error.ts';
import { childNode } from './structural-schema.ts';
import { itemEdge } from './field-set.ts';

type Compiled = (scope: Record<string, unknown>) => unknown;
const compiled = new Map<string, Compiled | undefined>();
/** Rules are few per CRD; the bound only keeps a long-lived process from growing. */
const compiledLimit = 5000;

const environment = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });

/** Every rule of the schema that the object breaks. */
export function celErrors(
  object: KubeObject,
  old: KubeObject | undefined,
  schema: SchemaNode,
): readonly FieldError[] {
  return walk({ value: object as Json, old: old as Json | undefined, node: schema, path: '' });
}

interface Place {
  readonly value: Json;
  readonly old: Json | undefined;
  readonly node: SchemaNode;
  readonly path: string;
}

function walk(place: Place): readonly FieldError[] {
  const { value, node } = place;
  const own = (node['x-kubernetes-validations'] ?? []).flatMap((rule) => broken(rule, place));
  if (value === null) return own;
  if (Array.isArray(value)) return [...own, ...items(value, place)];
  if (!isMap(value)) return own;
  const below = Object.entries(value).flatMap(([key, child]) => {
    const childSchema = childNode(node, key);
    if (childSchema === undefined) return [];
    const oldChild = isMap(place.old) ? place.old[key] : undefined;
    const path = place.path === '' ? key : `${place.path}.${key}`;
    return walk({ value: child, old: oldChild, node: childSchema, path });
  });
  return [...own, ...below];
}

/** Items of keyed lists are compared with the old item of the same key; others have no old value. */
function items(value: readonly Json[], { old, node, path }: Place): readonly FieldError[] {
  const schema = node.items;
  if (schema === undefined) return [];
  const keys = node['x-kubernetes-list-map-keys'];
  const edge = (item: Json): string =>
    itemEdge(item, { kind: 'map', keys: keys ?? [], defaults: {} });
  const before = new Map(
    keys !== undefined && Array.isArray(old) ? old.map((item) => [edge(item), item]) : [],
  );
  return value.flatMap((item, i) =>
    walk({ value: item, old: before.get(edge(item)), node: schema, path: `${path}[${i}]` }),
  );
}

function broken(rule: ValidationRule, { value, old, path }: Place): readonly FieldError[] {
  const isTransition = /\boldSelf\b/.test(rule.rule);
  if (isTransition && old === undefined) return [];
  const evaluate = compile(rule.rule);
  if (evaluate === undefined) return [];
  try {
    if (evaluate({ self: toCel(value), oldSelf: toCel(old ?? null) }) !== false) return [];
  } catch (cause) {
    // Reading a field that is not there is how such rules fail on a real server too.
    if (!isMissingField(cause)) return [];
    return [error(rule, path, value, `rule evaluation error: no such key`)];
  }
  return [error(rule, path, value, rule.message ?? `failed rule: ${rule.rule}`)];
}

function error(rule: ValidationRule, path: string, value: Json, text: string): FieldError {
  const field = `${path}${rule.fieldPath ?? ''}` || '<nil>';
  const kind = Array.isArray(value) ? 'array' : isMap(value) ? 'object' : undefined;
  if (rule.reason === 'FieldValueForbidden') {
    return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${text}` };
  }
  if (rule.reason === 'FieldValueRequired') {
    return { field, reason: 'FieldValueRequired', message: `Required value: ${text}` };
  }
  return invalidValue(field, kind ?? value, text);
}

function isMissingField(cause: unknown): boolean {
  return cause instanceof Error && /no such key/i.test(cause.message);
}

function compile(rule: string): Compiled | undefined {
  if (compiled.has(rule)) return compiled.get(rule);
  let found: Compiled | undefined;
  try {
    found = environment.parse(rule) as Compiled;
  } catch {
    found = undefined;
  }
  if (compiled.size < compiledLimit) compiled.set(rule, found);
  return found;
}

/** CEL integers are bigints; JSON has only numbers. */
function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toCel(child)]));
}
