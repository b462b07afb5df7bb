// What writes one object: create, patch and server-side apply, each for real and as a preview (dryRun=All). It is the same
// request, so that a preview cannot lie.

import type { ApplyOptions, KubeObject, ObjectRef, PatchOptions } from '../../actions/ports.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { collectionPath, objectName, objectPath, queryText, requireNamespace } from './paths.ts';
import { STRICT } from './settings.ts';

interface Server {
  readonly connection: Connection;
  readonly discovery: Discovery;
}

export interface WriteMode {
  readonly dryRun: boolean;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export async function createObject(
  { connection, discovery }: Server,
  object: KubeObject,
  { signal, dryRun }: WriteMode & { readonly signal: AbortSignal },
): Promise<KubeObject> {
  const resource = await discovery.get(object, signal);
  const ref = refOf(object);
  requireNamespace(resource, ref.namespace, ref.name);
  return connection.json<KubeObject>({
    method: 'POST',
    path: collectionPath(resource, ref.namespace) + queryText(asked(dryRun)),
    verb: dryRun ? 'preview' : 'create',
    object: objectName(ref),
    // The server wants the resolved version in the body as well as in the path.
    body: { ...object, apiVersion: resource.apiVersion },
    harmless: dryRun,
    signal,
  });
}

export async function patchObject(
  { connection, discovery }: Server,
  ref: ObjectRef,
  { type, patch, subresource, signal, dryRun }: PatchOptions & WriteMode,
): Promise<KubeObject> {
  const resource = await discovery.get(ref, signal);
  const under = subresource === undefined ? '' : `/${subresource}`;
  return connection.json<KubeObject>({
    method: 'PATCH',
    path: objectPath(resource, ref) + under + queryText(asked(dryRun)),
    verb: dryRun ? 'preview' : 'patch',
    object: objectName(ref),
    body: patch,
    contentType: patchTypes[type],
    harmless: dryRun,
    signal,
  });
}

export async function applyObject(
  { connection, discovery }: Server,
  desired: KubeObject,
  { fieldManager, force, signal, dryRun }: ApplyOptions & WriteMode,
): Promise<KubeObject> {
  const resource = await discovery.get(desired, signal);
  const ref = refOf(desired);
  return connection.json<KubeObject>({
    method: 'PATCH',
    path:
      objectPath(resource, ref) +
      queryText({ fieldManager, force: force ? 'true' : undefined, ...asked(dryRun) }),
    verb: dryRun ? 'preview' : 'apply',
    object: objectName(ref),
    body: { ...desired, apiVersion: resource.apiVersion },
    contentType: 'application/apply-patch+yaml',
    harmless: dryRun,
    signal,
  });
}

function asked(dryRun: boolean) {
  return { dryRun: dryRun ? 'All' : undefined, fieldValidation: STRICT };
}

function refOf(object: KubeObject): ObjectRef {
  const namespace = object.metadata['namespace'];
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(typeof namespace === 'string' ? { namespace } : {}),
  };
}
