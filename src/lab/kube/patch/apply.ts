/*
 * The merging half of server-side apply: configuration onto live object, and removal of fields that are no
 * longer applied. Pure; who owns what is decided by the caller.
 */
import { childrenOf, emptySet, isEmptySet, itemEdge, type FieldSet } from '../field-set.ts';
import { copy, isMap, type Json, type JsonObject } from '../objects.ts';
import type { TypeView } from '../type-view.ts';

/** `live` with every field of `config` set. Keyed lists merge by key, sets unite, the rest is replaced. */
export function mergeConfig(live: Json | undefined, config: Json, view: TypeView): Json {
  if (isMap(config) && isMap(live) && !view.atomicMap) {
    const merged: JsonObject = { ...live };
    for (const [name, value] of Object.entries(config)) {
      merged[name] = mergeConfig(live[name], value, view.field(name));
    }
    return merged;
  }
  if (Array.isArray(config) && Array.isArray(live) && view.list.kind !== 'atomic') {
    return mergeList(live, config, view);
  }
  return copy(config);
}

function mergeList(live: readonly Json[], config: readonly Json[], view: TypeView): Json[] {
  const wanted = new Map(config.map((item) => [itemEdge(item, view.list), item]));
  const merged = live.map((item) => {
    const edge = itemEdge(item, view.list);
    const change = wanted.get(edge);
    wanted.delete(edge);
    return change === undefined ? item : mergeConfig(item, change, view.item());
  });
  return [...merged, ...[...wanted.values()].map(copy)];
}

/** `value` without the fields of `gone`, except what `keep` holds. Neither argument is changed. */
export function removeFields(value: Json, gone: FieldSet, keep: FieldSet, view: TypeView): Json {
  const children = childrenOf(value, view);
  if (children === undefined || gone.children.size === 0) return value;
  const result = new Map<string, Json>();
  for (const [edge, child] of children) {
    const below = gone.children.get(edge);
    const kept = keep.children.get(edge) ?? emptySet;
    if (below === undefined) result.set(edge, child.value);
    else if (!isEmptySet(kept)) {
      result.set(edge, removeFields(child.value, below, kept, child.view));
    }
  }
  if (Array.isArray(value)) return [...result.values()];
  return Object.fromEntries([...result].map(([edge, child]) => [edge.slice(2), child]));
}
