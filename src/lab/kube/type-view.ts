/*
 * How the parts of an object merge: which lists are keyed maps or sets, which maps are replaced whole.
 * Server-side apply, managedFields and strategic merge patches all walk objects through such a view.
 */
import type { ResourceType } from './resource-type.ts';
import type { SchemaNode } from './schema-node.ts';
import { builtinField, type FieldRule } from './builtin-list-keys.ts';

/** The merge rules at one place of an object. */
export interface TypeView {
  /** How a list at this place merges. */
  readonly list: ListRule;
  /** A map at this place is one value, not a set of fields. */
  readonly atomicMap: boolean;
  /** Bringing this container into being is owned itself, apart from what is in it. */
  readonly ownsPresence: boolean;
  /** The key strategic merge patches match list items by; '' for a list of primitives that merges. */
  readonly patchMergeKey?: string | undefined;
  field(name: string): TypeView;
  item(): TypeView;
}

export type ListRule =
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'map';
      readonly keys: readonly string[];
      readonly defaults: Readonly<Record<string, string>>;
    };

const atomicList: ListRule = { kind: 'atomic' };

/** The view of a whole object of this type. */
export function viewOf(type: ResourceType): TypeView {
  return type.builtin
    ? builtinView(type.kind, type.kind, {})
    : schemaView(type.schema ?? {}, { isObject: true });
}

/** Parts of built-in kinds that are there even when empty, because they are no pointers in the API's Go types. */
const alwaysPresent = new Set([
  'metadata',
  'spec',
  'status',
  'template',
  'jobTemplate',
  'strategy',
  'updateStrategy',
  'containers',
  'loadBalancer',
  'names',
]);

/** A built-in kind: the rules come from a table keyed by field and parent field. */
function builtinView(kind: string, parent: string, rule: FieldRule): TypeView {
  return {
    list: listRule(rule),
    atomicMap: rule.atomicMap === true,
    ownsPresence: !alwaysPresent.has(parent),
    patchMergeKey: rule.merge,
    field: (name) => builtinView(kind, name, builtinField(kind, parent, name)),
    item: () => builtinView(kind, parent, rule.atomicItems === true ? { atomicMap: true } : {}),
  };
}

function listRule(rule: FieldRule): ListRule {
  if (rule.set === true) return { kind: 'set' };
  if (rule.keys === undefined) return atomicList;
  return { kind: 'map', keys: rule.keys, defaults: rule.keyDefaults ?? {} };
}

/** A custom kind: the rules come from the x-kubernetes extensions of its schema. */
function schemaView(node: SchemaNode, place: { isObject: boolean }): TypeView {
  const isObject = place.isObject || node['x-kubernetes-embedded-resource'] === true;
  return {
    list: schemaListRule(node),
    atomicMap: node['x-kubernetes-map-type'] === 'atomic',
    ownsPresence: true,
    field: (name) => {
      if (isObject && name === 'metadata') {
        return builtinView('', 'metadata', {});
      }
      const { additionalProperties } = node;
      const child =
        node.properties?.[name] ??
        (typeof additionalProperties === 'object' ? additionalProperties : {});
      return schemaView(child, { isObject: false });
    },
    item: () => schemaView(node.items ?? {}, { isObject: false }),
  };
}

function schemaListRule(node: SchemaNode): ListRule {
  if (node['x-kubernetes-list-type'] === 'set') return { kind: 'set' };
  if (node['x-kubernetes-list-type'] !== 'map') return atomicList;
  const keys = node['x-kubernetes-list-map-keys'] ?? [];
  const defaults: Record<string, string> = {};
  for (const key of keys) {
    const value = node.items?.properties?.[key]?.default;
    if (typeof value === 'string') defaults[key] = value;
  }
  return { kind: 'map', keys, defaults };
}
