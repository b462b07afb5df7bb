/*
 * What a structural schema does to a custom object before it is stored: unknown fields are pruned, defaults
 * are filled in, nulls without a meaning are dropped. Changes the object it is given; running it twice
 * changes nothing more.
 */
import { copy, isMap, type Json, type JsonObject } from './objects.ts';
import type { SchemaNode } from './schema-node.ts';

/** Fields every object has, wherever the schema says "embedded resource" and at the top. */
const objectFields = new Set(['apiVersion', 'kind', 'metadata']);

/** Removes what the schema does not know. Returns the paths of what was removed. */
export function pruneUnknownFields(object: JsonObject, schema: SchemaNode): readonly string[] {
  const removed: string[] = [];
  prune(object, schema, { path: '', isObject: true, removed });
  return removed;
}

interface Place {
  readonly path: string;
  readonly isObject: boolean;
  readonly removed: string[];
}

function prune(value: Json, node: SchemaNode, place: Place): void {
  if (Array.isArray(value)) {
    const items = node.items;
    if (items === undefined) return;
    value.forEach((item, i) =>
      prune(item, items, { ...place, path: `${place.path}[${i}]`, isObject: false }),
    );
  } else if (isMap(value)) {
    const isObject = place.isObject || node['x-kubernetes-embedded-resource'] === true;
    for (const key of Object.keys(value)) {
      if (isObject && objectFields.has(key)) continue;
      pruneField(value, key, node, place);
    }
  }
}

function pruneField(map: JsonObject, key: string, node: SchemaNode, place: Place): void {
  const path = place.path === '' ? key : `${place.path}.${key}`;
  const child = childNode(node, key);
  if (child !== undefined) {
    prune(map[key] ?? null, child, { ...place, path, isObject: false });
  } else if (node['x-kubernetes-preserve-unknown-fields'] !== true) {
    place.removed.push(path);
    delete map[key];
  }
}

const anything: SchemaNode = { 'x-kubernetes-preserve-unknown-fields': true, nullable: true };

/** The schema of a map's field, undefined when the schema does not know it. */
export function childNode(node: SchemaNode, key: string): SchemaNode | undefined {
  const { properties, additionalProperties } = node;
  const own =
    properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (own !== undefined) return own;
  if (additionalProperties === true) return anything;
  return additionalProperties === false ? undefined : additionalProperties;
}

/** Drops nulls of fields that may not be null, then fills in defaults. Changes its argument. */
export function applySchemaDefaults(value: Json, node: SchemaNode): void {
  if (Array.isArray(value)) {
    if (node.items !== undefined) for (const item of value) applySchemaDefaults(item, node.items);
    return;
  }
  if (!isMap(value)) return;
  dropForbiddenNulls(value, node);
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    if (child.default !== undefined && value[key] === undefined) value[key] = copy(child.default);
  }
  for (const key of Object.keys(value)) {
    const child = childNode(node, key);
    if (child !== undefined) applySchemaDefaults(value[key] ?? null, child);
  }
}

function dropForbiddenNulls(map: JsonObject, node: SchemaNode): void {
  for (const key of Object.keys(map)) {
    const child = childNode(node, key);
    const mayBeNull = child === undefined || child.nullable === true;
    if (map[key] === null && !mayBeNull) delete map[key];
  }
}
