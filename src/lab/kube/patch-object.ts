/*
 * PATCH on an object: picks the kind of patch by Content-Type and carries it out through the same update
 * path as PUT, so that conflicts, isolation and ownership hold for every kind of patch.
 */
import { applyObject, type PatchTarget } from './apply-object.ts';
import type { Cluster } from './cluster.ts';
import { fieldValidation } from './field-validation.ts';
import { isMap, type Json, type JsonObject, type KubeObject } from './objects.ts';
import { jsonPatch } from './patch/json.ts';
import { mergePatch } from './patch/merge.ts';
import { strategicMergePatch } from './patch/strategic.ts';
import {
  fieldManager,
  isDryRun,
  mediaType,
  parseJson,
  parseYamlBody,
  type Request,
} from './request.ts';
import type { ResourceType } from './resource-type.ts';
import {
  badRequest,
  invalid,
  notFound,
  patchOptions,
  unsupportedMediaType,
} from './status-error.ts';
import { viewOf } from './type-view.ts';
import { updateObject, type WriteResult } from './write-object.ts';

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Patches an object; `created` is true when server-side apply brought it into being. */
export async function patchObject(
  cluster: Cluster,
  target: PatchTarget,
  request: Request,
): Promise<WriteResult & { created: boolean }> {
  const contentType = mediaType(request.contentType);
  const allowed = Object.values(patchTypes).filter(
    (type) => target.type.builtin || type !== patchTypes.strategic,
  );
  if (!allowed.some((type) => type === contentType)) throw unsupportedMediaType(allowed);
  const body = await request.body();
  if (contentType === patchTypes.apply) {
    return applyObject(cluster, target, {
      config: parseYamlBody(body),
      manager: request.query.has('fieldManager') ? fieldManager(request) : '',
      force: request.query.get('force') === 'true',
      dryRun: isDryRun(request),
      fieldValidation: fieldValidation(request),
    });
  }
  if (request.query.has('force')) {
    throw invalid(patchOptions, '', [
      {
        field: 'force',
        reason: 'FieldValueForbidden',
        message: 'Forbidden: may not be specified for non-apply patch',
      },
    ]);
  }
  const patch = parseJson(body);
  const { type, namespace, name, subresource } = target;
  const stored = cluster.storage.get(type.storageKey, namespace, name);
  if (stored === undefined) throw notFound(type, name);
  const result = updateObject(
    cluster,
    {
      type,
      subresource,
      isPatch: true,
      manager: fieldManager(request),
      dryRun: isDryRun(request),
      fieldValidation: fieldValidation(request),
    },
    stored,
    (current) => asObject(current, patched(contentType, type, current as Json, patch)),
  );
  return { ...result, created: false };
}

function patched(contentType: string, type: ResourceType, current: Json, patch: Json): Json {
  if (contentType === patchTypes.json) return jsonPatch(current, patch);
  if (!isMap(patch)) throw badRequest('error decoding patch: the patch must be a JSON object');
  if (contentType === patchTypes.merge) return mergePatch(current, patch);
  return strategicMergePatch(current as JsonObject, patch, viewOf(type));
}

/** A patch may have made anything of the object; what is no object any more is refused. */
function asObject(current: KubeObject, result: Json): KubeObject {
  if (!isMap(result) || !isMap(result['metadata'])) {
    throw badRequest('the patch would leave no object');
  }
  const { kind, apiVersion, metadata } = current;
  if (result['kind'] !== kind || result['apiVersion'] !== apiVersion) {
    throw badRequest('the patch would change the kind or apiVersion of the object');
  }
  const object = result as unknown as KubeObject;
  object.metadata.name ??= metadata.name;
  return object;
}
