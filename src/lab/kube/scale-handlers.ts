/*
 * GET, PUT and PATCH of the scale subresource: a Scale is made of the object, changed, and its replicas are
 * written back through the ordinary update path.
 */
import { inVersion } from './object-versions.ts';
import { isMap, type Json, type JsonObject } from './objects.ts';
import { jsonPatch } from './patch/json.ts';
import { mergePatch } from './patch/merge.ts';
import { patchTypes } from './patch-object.ts';
import { fieldManager, isDryRun, mediaType, parseJson, readObject } from './request.ts';
import type { Reply } from './reply.ts';
import { storedObject, type ResourceCall } from './resource-call.ts';
import { scaleOf, withScale } from './scale.ts';
import { badRequest, methodNotAllowed, unknownPath, unsupportedMediaType } from './status-error.ts';
import { updateObject } from './write-object.ts';

/** Answers a request on …/scale. */
export async function handleScale(call: ResourceCall): Promise<Reply> {
  const { cluster, type, request } = call;
  const paths = type.scale;
  if (paths === undefined) throw unknownPath();
  const stored = storedObject(call);
  if (request.method === 'GET') {
    return { code: 200, body: scaleOf(type, paths, inVersion(cluster, type, stored)) };
  }
  const change = await scaleChange(call);
  const write = {
    type,
    subresource: 'scale',
    manager: fieldManager(request),
    dryRun: isDryRun(request),
  };
  const current = storedObject(call);
  const result = updateObject(cluster, write, current, (object) =>
    withScale(object, paths, change(scaleOf(type, paths, object))),
  );
  return { code: 200, body: scaleOf(type, paths, result.object) };
}

async function scaleChange({ request }: ResourceCall): Promise<(scale: JsonObject) => Json> {
  if (request.method === 'PUT') {
    const body = await readObject(request);
    if (!isMap(body)) throw badRequest('a Scale must be an object');
    return () => body;
  }
  if (request.method !== 'PATCH') throw methodNotAllowed();
  const patch = parseJson(await request.body());
  const type = mediaType(request.contentType);
  if (type === patchTypes.json) return (scale) => jsonPatch(scale, patch);
  if (type === patchTypes.merge || type === patchTypes.strategic) {
    return (scale) => mergePatch(scale, patch);
  }
  throw unsupportedMediaType([patchTypes.json, patchTypes.merge, patchTypes.strategic]);
}
