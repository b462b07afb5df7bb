/*
 * Deletion: preconditions, grace periods of pods, propagation policies and finalizers. An object with
 * finalizers, a grace period or a namespace's content only gets a deletionTimestamp; it goes later.
 */
import { timestamp, type Cluster } from './cluster.ts';
import { copy, numberAt, stringAt, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest, conflict, forbidden } from './status-error.ts';
import { inVersion } from './object-versions.ts';
import { isReadyToGo, removeObject, store } from './write-object.ts';

export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/** The parts of DeleteOptions that matter. */
export interface DeleteRequest {
  readonly type: ResourceType;
  readonly dryRun: boolean;
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined };
}

/** `gone` says whether the object was removed or only marked. */
export interface DeleteResult {
  readonly object: KubeObject;
  readonly gone: boolean;
}

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** Namespaces a cluster cannot do without. */
const immortalNamespaces = new Set(['default', 'kube-system', 'kube-public']);

/** Deletes or begins to delete a stored object. */
export function deleteObject(
  cluster: Cluster,
  request: DeleteRequest,
  stored: KubeObject,
): DeleteResult {
  const { type } = request;
  checkDeletePreconditions(request, stored);
  if (type.storageKey === '/namespaces' && immortalNamespaces.has(stored.metadata.name)) {
    throw forbidden(type, stored.metadata.name, 'this namespace may not be deleted');
  }
  const object = copy(stored);
  const graceSeconds = gracePeriod(request, object);
  setPropagationFinalizer(request, object);
  markDeleted(cluster, type, object, graceSeconds);
  // The first deletion of a namespace only begins it, whatever is in it.
  const isBegun =
    type.storageKey !== '/namespaces' || stored.metadata.deletionTimestamp !== undefined;
  if (isBegun && isReadyToGo(type, object)) {
    const removed = removeObject(cluster, request, object);
    return { object: inVersion(cluster, type, removed), gone: true };
  }
  const isMarked = stored.metadata.deletionTimestamp !== undefined;
  const isSame =
    isMarked &&
    object.metadata.deletionGracePeriodSeconds === stored.metadata.deletionGracePeriodSeconds &&
    object.metadata.finalizers?.length === stored.metadata.finalizers?.length;
  if (isSame || request.dryRun) return { object: inVersion(cluster, type, object), gone: false };
  if (type.hasGeneration && !isMarked) {
    object.metadata.generation = (object.metadata.generation ?? 0) + 1;
  }
  return { object: store(cluster, request, object), gone: false };
}

function checkDeletePreconditions(
  { type, preconditions }: DeleteRequest,
  stored: KubeObject,
): void {
  const { name, uid, resourceVersion } = stored.metadata;
  // This refusal names the kind where others name the resource.
  const subject = { group: type.group, plural: type.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(
      subject,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  const wanted = preconditions?.resourceVersion;
  if (wanted !== undefined && wanted !== resourceVersion) {
    throw conflict(
      subject,
      name,
      `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}

const defaultGraceSeconds = 30;

/** Only a running pod on a node takes its time: its kubelet confirms the end with a grace period of 0. */
function gracePeriod({ type, gracePeriodSeconds }: DeleteRequest, object: KubeObject): number {
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds < 0) {
    throw badRequest('gracePeriodSeconds must be greater than or equal to 0');
  }
  if (type.storageKey !== '/pods' || stringAt(object.spec, 'nodeName') === undefined) return 0;
  const phase = stringAt(object.status, 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  return (
    gracePeriodSeconds ??
    numberAt(object.spec, 'terminationGracePeriodSeconds') ??
    defaultGraceSeconds
  );
}

function setPropagationFinalizer(request: DeleteRequest, object: KubeObject): void {
  const kept = (object.metadata.finalizers ?? []).filter(
    (name) =>
      request.propagationPolicy === undefined ||
      (name !== foregroundFinalizer && name !== orphanFinalizer),
  );
  const policy = request.propagationPolicy ?? defaultPolicy(request.type);
  const own =
    policy === 'Foreground'
      ? foregroundFinalizer
      : policy === 'Orphan'
        ? orphanFinalizer
        : undefined;
  if (own !== undefined && !kept.includes(own)) kept.push(own);
  if (kept.length > 0) object.metadata.finalizers = kept;
  else delete object.metadata.finalizers;
}

/** Jobs keep their pods unless told otherwise, from before garbage collection existed. */
function defaultPolicy(type: ResourceType): PropagationPolicy {
  return type.storageKey === 'batch/jobs' ? 'Orphan' : 'Background';
}

function markDeleted(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  graceSeconds: number,
): void {
  const meta = object.metadata;
  const before = meta.deletionGracePeriodSeconds;
  const isMarked = meta.deletionTimestamp !== undefined;
  if (!isMarked || (before !== undefined && graceSeconds < before)) {
    meta.deletionTimestamp = timestamp(new Date(cluster.now().getTime() + graceSeconds * 1000));
    meta.deletionGracePeriodSeconds = graceSeconds;
  }
  if (type.storageKey !== '/namespaces') return;
  delete meta.deletionGracePeriodSeconds;
  object.status = { ...object.status, phase: 'Terminating' };
}
