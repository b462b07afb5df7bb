/*
 * Lists that a CRD's schema calls sets or maps may not hold an item, or a key, twice: server-side apply could
 * not tell such items apart.
 */
import { itemEdge } from './field-set.ts';
import { isMap, type Json } from './objects.ts';
import type { SchemaNode } from './schema-node.ts';
import type { FieldError } from './status-error.ts';
import { childNode } from './structural-schema.ts';

/** Every repeated item of a set or keyed list. */
export function duplicateErrors(value: Json, node: SchemaNode, path = ''): readonly FieldError[] {
  if (Array.isArray(value)) {
    const { items } = node;
    const below =
      items === undefined
        ? []
        : value.flatMap((item, i) => duplicateErrors(item, items, `${path}[${i}]`));
    return [...duplicatesIn(value, node, path), ...below];
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const childSchema = childNode(node, key);
    const childPath = path === '' ? key : `${path}.${key}`;
    return childSchema === undefined ? [] : duplicateErrors(child, childSchema, childPath);
  });
}

function duplicatesIn(
  list: readonly Json[],
  node: SchemaNode,
  path: string,
): readonly FieldError[] {
  const type = node['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = node['x-kubernetes-list-map-keys'] ?? [];
  const rule =
    type === 'set' ? ({ kind: 'set' } as const) : ({ kind: 'map', keys, defaults: {} } as const);
  const seen = new Set<string>();
  return list.flatMap((item, i) => {
    const edge = itemEdge(item, rule);
    if (!seen.has(edge)) {
      seen.add(edge);
      return [];
    }
    const message = `Duplicate value: ${edge.slice(2)}`;
    return [{ field: `${path}[${i}]`, reason: 'FieldValueDuplicate' as const, message }];
  });
}
