/*
 * x-kubernetes-validations: CEL rules of a CRD's schema, evaluated over an object and what it replaces.
 * A rule that speaks of oldSelf is a transition rule and only runs when there is an old value, unless it takes
 * oldSelf for optional. A rule that cannot be evaluated counts as broken, and says so.
 */
import { compile, evaluate } from './cel/rule.ts';
import { isMap, type Json, type KubeObject } from './objects.ts';
import { invalidValue } from './field-errors.ts';
import type { SchemaNode, ValidationRule } from './schema-node.ts';
import type { FieldError } from './status-error.ts';
import { childNode } from './structural-schema.ts';
import { itemEdge } from './field-set.ts';

/** Every rule of the schema that the object breaks. */
export function celErrors(
  object: KubeObject,
  old: KubeObject | undefined,
  schema: SchemaNode,
): readonly FieldError[] {
  return walk({ value: object as Json, old: old as Json | undefined, node: schema, path: '' });
}

/** What a server refuses a definition for: every rule of its schema that it does not understand. */
export function ruleProblems(schema: SchemaNode, path: string): readonly FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const own = rules.flatMap((rule, i) =>
    problemsOf(rule, `${path}.x-kubernetes-validations[${i}]`),
  );
  const { properties = {}, items: item, additionalProperties } = schema;
  return [
    ...own,
    ...Object.entries(properties).flatMap(([name, child]) =>
      ruleProblems(child, `${path}.properties[${name}]`),
    ),
    ...(item === undefined ? [] : ruleProblems(item, `${path}.items`)),
    ...(typeof additionalProperties === 'object'
      ? ruleProblems(additionalProperties, `${path}.additionalProperties`)
      : []),
  ];
}

function problemsOf(rule: ValidationRule, path: string): readonly FieldError[] {
  return (['rule', 'messageExpression'] as const).flatMap((field) => {
    const expression = rule[field];
    const found =
      expression === undefined ? undefined : compile(expression, rule.optionalOldSelf === true);
    return found !== undefined && 'problem' in found
      ? [invalidValue(`${path}.${field}`, expression, `compilation failed: ${found.problem}`)]
      : [];
  });
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
  // What is in an atomic map has no counterpart in the old one.
  const before = node['x-kubernetes-map-type'] === 'atomic' ? undefined : place.old;
  const below = Object.entries(value).flatMap(([key, child]) => {
    const childSchema = childNode(node, key);
    if (childSchema === undefined) return [];
    const oldChild = isMap(before) ? before[key] : undefined;
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
  const optionalOldSelf = rule.optionalOldSelf === true;
  if (isTransition && !optionalOldSelf && old === undefined) return [];
  const scope = { self: value, oldSelf: old, optionalOldSelf };
  const result = evaluate(rule.rule, scope);
  if ('problem' in result) {
    return [error(rule, path, value, `rule evaluation error: ${result.problem}`)];
  }
  if (result.value === true) return [];
  const said =
    rule.messageExpression === undefined ? undefined : evaluate(rule.messageExpression, scope);
  const text = said !== undefined && 'value' in said ? said.value : undefined;
  const message = typeof text === 'string' && text.trim() !== '' ? text : rule.message;
  return [error(rule, path, value, message ?? `failed rule: ${rule.rule}`)];
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
