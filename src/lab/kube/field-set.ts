/*
 * Sets of field paths, as managedFields stores them (FieldsV1): a tree whose edges are "f:name" for map
 * fields, "k:{…}" for items of keyed lists, "v:…" for values of sets. Pure; sets are never changed in place
 * once built.
 */
import { isMap, sameJson, type Json, type JsonObject } from './objects.ts';
import type { ListRule, TypeView } from './type-view.ts';

/** A node is in the set itself (`member`), has members below, or both. */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { member: false, children: new Map() };
const leaf: FieldSet = { member: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** Reads FieldsV1 JSON. */
export function fromFieldsV1(json: JsonObject): FieldSet {
  const entries = Object.entries(json);
  if (entries.length === 0) return leaf;
  const children = new Map<string, FieldSet>();
  for (const [edge, below] of entries) {
    if (edge !== '.') children.set(edge, isMap(below) ? fromFieldsV1(below) : leaf);
  }
  return { member: '.' in json, children };
}

/** Writes FieldsV1 JSON, keys sorted. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const json: JsonObject = {};
  if (set.member && set.children.size > 0) json['.'] = {};
  for (const edge of [...set.children.keys()].sort()) {
    json[edge] = toFieldsV1(set.children.get(edge) ?? leaf);
  }
  return json;
}

function combine(
  left: FieldSet,
  right: FieldSet,
  decide: (inLeft: boolean, inRight: boolean) => boolean,
): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const edge of new Set([...left.children.keys(), ...right.children.keys()])) {
    const below = combine(
      left.children.get(edge) ?? emptySet,
      right.children.get(edge) ?? emptySet,
      decide,
    );
    if (!isEmptySet(below)) children.set(edge, below);
  }
  return { member: decide(left.member, right.member), children };
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft || inRight);
}

export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft && !inRight);
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft && inRight);
}

/** Every member as a readable path: .spec.containers[name="a"].image */
export function readablePaths(set: FieldSet, prefix = ''): readonly string[] {
  const below = [...set.children.keys()]
    .sort()
    .flatMap((edge) => readablePaths(set.children.get(edge) ?? leaf, prefix + readableEdge(edge)));
  return set.member && prefix !== '' ? [prefix, ...below] : below;
}

function readableEdge(edge: string): string {
  const rest = edge.slice(2);
  if (edge.startsWith('f:')) return `.${rest}`;
  if (edge.startsWith('v:')) return `[=${rest}]`;
  if (edge.startsWith('i:')) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonObject);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The edge of a list item under a keyed list or a set. */
export function itemEdge(item: Json, rule: ListRule): string {
  if (rule.kind !== 'map') return `v:${JSON.stringify(item)}`;
  const keys: JsonObject = {};
  for (const key of [...rule.keys].sort()) {
    const value = (isMap(item) ? item[key] : undefined) ?? rule.defaults[key];
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Children of a value by edge, or undefined when it is one indivisible value. */
export function childrenOf(
  value: Json | undefined,
  view: TypeView,
): ReadonlyMap<string, { value: Json; view: TypeView; isItem: boolean }> | undefined {
  if (isMap(value) && !view.atomicMap) {
    return new Map(
      Object.entries(value)
        .filter(([name, below]) => !(below === null && name === 'creationTimestamp'))
        .map(([name, below]) => [
          `f:${name}`,
          { value: below, view: view.field(name), isItem: false },
        ]),
    );
  }
  const rule = view.list;
  if (Array.isArray(value) && rule.kind !== 'atomic') {
    return new Map(
      value.map((item) => [
        itemEdge(item, rule),
        { value: item, view: view.item(), isItem: rule.kind === 'map' },
      ]),
    );
  }
  return undefined;
}

/**
 * All fields of a value. Maps are in the set through their fields; `withContainers` names them themselves
 * too, as an Update that brings a map into being owns it.
 */
export function fieldsOf(
  value: Json | undefined,
  view: TypeView,
  options: { withContainers: boolean; isItem?: boolean } = { withContainers: false },
): FieldSet {
  if (value === undefined) return emptySet;
  const children = childrenOf(value, view);
  if (children === undefined || children.size === 0) return leaf;
  const below = new Map<string, FieldSet>();
  for (const [edge, child] of children) {
    below.set(
      edge,
      fieldsOf(child.value, child.view, {
        withContainers: options.withContainers,
        isItem: child.isItem,
      }),
    );
  }
  return {
    member: options.isItem === true || (options.withContainers && view.ownsPresence),
    children: below,
  };
}

/** What changed between two values: `written` = added or changed fields, `removed` = fields gone. */
export interface FieldChanges {
  readonly written: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two values field by field. */
export function compareFields(
  before: Json | undefined,
  after: Json | undefined,
  view: TypeView,
  isItem = false,
): FieldChanges {
  if (sameJson(before, after)) return { written: emptySet, removed: emptySet };
  const options = { withContainers: true, isItem };
  if (before === undefined) return { written: fieldsOf(after, view, options), removed: emptySet };
  if (after === undefined) return { written: emptySet, removed: fieldsOf(before, view, options) };
  const old = childrenOf(before, view);
  const fresh = childrenOf(after, view);
  if (old === undefined || fresh === undefined) {
    return {
      written: fresh === undefined ? leaf : fieldsOf(after, view, options),
      removed: old === undefined ? emptySet : fieldsOf(before, view, options),
    };
  }
  return compareChildren(old, fresh);
}

type Children = NonNullable<ReturnType<typeof childrenOf>>;

function compareChildren(old: Children, fresh: Children): FieldChanges {
  const written = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  for (const edge of new Set([...old.keys(), ...fresh.keys()])) {
    const child = fresh.get(edge) ?? old.get(edge);
    if (child === undefined) continue;
    const [before, after] = [old.get(edge)?.value, fresh.get(edge)?.value];
    const below = compareFields(before, after, child.view, child.isItem);
    if (!isEmptySet(below.written)) written.set(edge, below.written);
    if (!isEmptySet(below.removed)) removed.set(edge, below.removed);
  }
  return {
    written: { member: false, children: written },
    removed: { member: false, children: removed },
  };
}
