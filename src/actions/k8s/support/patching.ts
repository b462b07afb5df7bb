// What an object becomes under a patch, computed here: plans show it, and undo records come from it, before anything
// is sent. Merge is RFC 7386, json is RFC 6902; strategic knows the merge keys of pod templates, where lists are
// merged by key, and replaces other lists, as the server does for lists without a merge key.

import fastJsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { DrctlError, assertNever } from '../../../engine/index.ts';
import type { Json } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { isJsonObject } from './json-tree.ts';
import { describeObject } from './objects.ts';

// The package is CommonJS: Node sees this one as a member of the default export only.
const { applyPatch } = fastJsonPatch;

type PatchType = 'merge' | 'json' | 'strategic';

/** Throws CLIENT_INVALID when the patch does not fit the object. */
export function patched(object: KubeObject, type: PatchType, patch: Json): KubeObject {
  switch (type) {
    case 'merge':
      return merged(object, patch) as KubeObject;
    case 'strategic':
      return strategicallyMerged(object, patch, '') as KubeObject;
    case 'json':
      return operated(object, patch);
    default:
      return assertNever(type);
  }
}

function merged(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function operated(object: KubeObject, patch: Json): KubeObject {
  try {
    const operations = structuredClone(patch) as unknown as Operation[];
    return applyPatch(structuredClone(object), operations, true).newDocument;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new DrctlError(
      'CLIENT_INVALID',
      `The JSON patch does not fit ${describeObject(object)}: ${why ?? ''}`,
      { cause },
    );
  }
}

/** https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/, patchMergeKey of core/v1. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  hostAliases: 'ip',
};

function strategicallyMerged(target: Json | undefined, patch: Json, field: string): Json {
  const key = mergeKeys[field];
  if (Array.isArray(patch) && key !== undefined) {
    const list = Array.isArray(target) ? (target as readonly Json[]) : [];
    return mergedByKey(list, patch as readonly Json[], key);
  }
  if (!isJsonObject(patch)) return patch;
  const { $patch: directive, ...fields } = patch;
  const isReplacement = directive === 'replace' || !isJsonObject(target);
  const result: Record<string, Json> = isReplacement ? {} : { ...target };
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete result[name];
    else result[name] = strategicallyMerged(result[name], value, name);
  }
  return result;
}

function mergedByKey(list: readonly Json[], patch: readonly Json[], key: string): Json {
  let result = [...list];
  for (const item of patch) {
    if (!isJsonObject(item)) return patch;
    const at = result.findIndex((other) => isJsonObject(other) && other[key] === item[key]);
    if (item['$patch'] === 'delete') result = result.filter((_, index) => index !== at);
    else if (at < 0) result.push(strategicallyMerged(undefined, item, ''));
    else result[at] = strategicallyMerged(result[at], item, '');
  }
  return result;
}
