// How the fake API server computes the outcome of a patch or an apply: RFC 7386, RFC 6902, a strategic merge that knows
// the merge keys of pod templates, and server-side apply with ownership per field (lists are owned whole).

import fastJsonPatch, { escapePathComponent, unescapePathComponent } from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { DrctlError } from '../../src/engine/index.ts';
import type { Json, JsonObject } from '../../src/engine/index.ts';

// The package is CommonJS: Node sees this one as a member of the default export only.
const { applyPatch } = fastJsonPatch;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

export function jsonPatch(target: JsonObject, patch: Json): JsonObject {
  try {
    const operations = structuredClone(patch) as unknown as Operation[];
    return applyPatch(structuredClone(target), operations, true).newDocument;
  } catch (error) {
    throw new DrctlError('CLIENT_INVALID', 'The JSON patch cannot be applied', { cause: error });
  }
}

const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
};

export function strategicPatch(target: Json | undefined, patch: Json, field = ''): Json {
  const key = mergeKeys[field];
  if (Array.isArray(patch) && Array.isArray(target) && key !== undefined) {
    const items: Json[] = [...target];
    for (const item of patch) {
      if (!isObject(item)) return patch;
      const at = items.findIndex((existing) => isObject(existing) && existing[key] === item[key]);
      const isDeletion = item['$patch'] === 'delete';
      if (at < 0 && !isDeletion) items.push(item);
      else if (isDeletion) items.splice(at, at < 0 ? 0 : 1);
      else items[at] = strategicPatch(items[at], item);
    }
    return items;
  }
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = strategicPatch(merged[name], value, name);
  }
  return merged;
}

/** JSON pointers of what an apply sets: leaves, and lists as a whole; never the object's identity. */
export function ownedPaths(value: Json, path = ''): readonly string[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value)
    .filter(
      ([key]) =>
        !['/apiVersion', '/kind', '/metadata/name', '/metadata/namespace'].includes(
          `${path}/${key}`,
        ),
    )
    .flatMap(([key, child]) => ownedPaths(child, `${path}/${escapePathComponent(key)}`))
    .filter((owned) => owned !== '/metadata');
}

export function valueAt(document: Json | undefined, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const part of pointer.split('/').slice(1)) {
    value = isObject(value) ? value[unescapePathComponent(part)] : undefined;
  }
  return value;
}

export function withoutPath(document: JsonObject, pointer: string): JsonObject {
  const keys = pointer.split('/').slice(1).map(unescapePathComponent);
  const remove = (value: Json | undefined, rest: readonly string[]): Json | undefined => {
    const [key, ...deeper] = rest;
    if (key === undefined) return undefined;
    if (!isObject(value)) return value;
    const { [key]: child, ...others } = value;
    const left = remove(child, deeper);
    return left === undefined ? others : { ...others, [key]: left };
  };
  return remove(document, keys) as JsonObject;
}
