/*
 * The forms an object or list can be asked for in: whole, as a Table for people, or its metadata only.
 */
import type { Cluster } from './cluster.ts';
import { isMap, type JsonObject, type KubeObject } from './objects.ts';
import type { ResourceCall } from './resource-call.ts';
import type { ResourceType } from './resource-type.ts';
import type { Form, Reply } from './reply.ts';
import { StatusError } from './status-error.ts';
import { metadataOnly, tableOf } from './table.ts';

/** A reply in the form the client asked for; errors and Status answers stay as they are. */
export function shapeReply(call: ResourceCall, form: Form, reply: Reply): Reply {
  const { body } = reply;
  if (form.as === 'object' || reply.code >= 300 || !isMap(body)) return reply;
  const { type, cluster, request } = call;
  const isList = body['kind'] === type.listKind;
  if (!isList && body['kind'] !== type.kind) return reply;
  const items = isList ? (body['items'] as unknown as readonly KubeObject[]) : [body as KubeObject];
  if (form.as === 'Table') {
    const table = tableOf(type, items, {
      now: cluster.now(),
      metadata: listMetadata(body, isList),
      includeObject: request.query.get('includeObject') ?? 'Metadata',
    });
    return { ...reply, body: table };
  }
  if (isList && form.as === 'PartialObjectMetadata') {
    throw new StatusError(
      406,
      'NotAcceptable',
      `you requested PartialObjectMetadata, but the requested object is a list (${type.listKind})`,
    );
  }
  const partial = items.map(metadataOnly);
  if (!isList) return { ...reply, body: partial[0] ?? {} };
  return {
    ...reply,
    body: {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: listMetadata(body, true),
      items: partial,
    },
  };
}

/** How a watch shows each object. */
export function watchShape(
  type: ResourceType,
  form: Form,
  cluster: Cluster,
): (object: KubeObject) => JsonObject {
  if (form.as === 'object') return (object) => object as JsonObject;
  if (form.as !== 'Table') return metadataOnly;
  let isFirst = true;
  return (object) => {
    const table = tableOf(type, [object], {
      now: cluster.now(),
      metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
      includeObject: 'Metadata',
    });
    // Columns are only sent once in a watch.
    if (!isFirst) table['columnDefinitions'] = null;
    isFirst = false;
    return table;
  };
}

function listMetadata(body: JsonObject, isList: boolean): JsonObject {
  const metadata = isMap(body['metadata']) ? body['metadata'] : {};
  return isList ? metadata : { resourceVersion: metadata['resourceVersion'] ?? '' };
}
