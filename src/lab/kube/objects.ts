/*
 * The shapes every part of the embedded API server shares: JSON, and Kubernetes objects as they travel
 * and as they are stored. A stored object is never changed in place: readers hold references to it.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** metadata.ownerReferences[] as the Kubernetes API defines it. */
export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** metadata.managedFields[]: who owns which fields. */
export type ManagedFieldsEntry = {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
};

/** ObjectMeta: only `name` is certain before an object is admitted; stored objects have the rest. */
export type ObjectMeta = {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
};

/** Any Kubernetes object. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: JsonObject;
  status?: JsonObject;
  [field: string]: Json | ObjectMeta | undefined;
};

/** True for a plain JSON map: not null, not a list. */
export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map under a key, or undefined when it is absent or something else. */
export function mapAt(value: unknown, key: string): JsonObject | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return isMap(found) ? found : undefined;
}

/** The list under a key; an absent or malformed one reads as empty. */
export function listAt(value: unknown, key: string): readonly Json[] {
  const found = isMap(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

/** The string under a key, or undefined. */
export function stringAt(value: unknown, key: string): string | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The number under a key, or undefined. */
export function numberAt(value: unknown, key: string): number | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return typeof found === 'number' ? found : undefined;
}

/** A JSON scalar as text, without quotes; lists and maps as JSON, absent values as ''. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** Follows a dotted path (".spec.replicas" or "spec.replicas") through maps; undefined when it breaks off. */
export function valueAt(value: unknown, path: string): Json | undefined {
  let current: unknown = value;
  for (const field of path.split('.').filter((part) => part !== '')) {
    if (!isMap(current)) return undefined;
    current = current[field];
  }
  return current as Json | undefined;
}

/** Sets a dotted path, making the maps on the way. Changes its argument. */
export function setAt(target: JsonObject, path: string, value: Json): void {
  const fields = path.split('.').filter((part) => part !== '');
  const last = fields.pop();
  if (last === undefined) return;
  let current = target;
  for (const field of fields) {
    const next = current[field];
    if (isMap(next)) current = next;
    else current = current[field] = {};
  }
  current[last] = value;
}

/** Removes the field at a dotted path, if it is there. Changes its argument. */
export function removeAt(target: JsonObject, path: string): void {
  const fields = path.split('.').filter((part) => part !== '');
  const last = fields.pop();
  const parent = valueAt(target, fields.join('.'));
  if (last !== undefined && isMap(parent)) delete parent[last];
}

/** Deep copy of JSON data. */
export function copy<T>(value: T): T {
  return structuredClone(value);
}

/** Deep equality of JSON data; the order of keys does not matter, undefined fields count as absent. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => sameJson(item, right[i]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(left[key], right[key]));
}

/** "apps/v1", or "v1" for the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The inverse of apiVersionOf. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/', 2);
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}
