/*
 * One request for one resource: what every handler of resources is given, and what they all derive from it.
 */
import type { Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';
import { fieldValidation } from './field-validation.ts';
import { fieldManager, isDryRun, type Request, type ResourcePath } from './request.ts';
import type { ResourceType } from './resource-type.ts';
import type { Access } from './reviews.ts';
import { notFound } from './status-error.ts';
import type { WriteRequest } from './track-owners.ts';

/** A request for one resource. */
export interface ResourceCall {
  readonly cluster: Cluster;
  readonly type: ResourceType;
  readonly path: ResourcePath;
  readonly request: Request;
  readonly access: Access;
}

/** The object a path names. Throws NotFound. */
export function storedObject({ cluster, type, path }: ResourceCall): KubeObject {
  const stored = cluster.storage.get(type.storageKey, path.namespace, path.name);
  if (stored === undefined) throw notFound(type, path.name);
  return stored;
}

/** How a request writes, from its query. */
export function writeRequest({ type, path, request }: ResourceCall): WriteRequest {
  return {
    type,
    manager: fieldManager(request),
    dryRun: isDryRun(request),
    subresource: path.subresource,
    fieldValidation: fieldValidation(request),
  };
}
