/*
 * The garbage collector of kube-controller-manager, in process: deletes objects whose owners are gone,
 * carries out foreground deletion and orphaning, and drops references to owners that no longer exist. One
 * sweep looks at everything and decides from the store alone, so it can run at any time and any number of times.
 */
import type { Cluster } from './cluster.ts';
import { deleteObject, foregroundFinalizer, orphanFinalizer } from './delete-object.ts';
import {
  copy,
  splitApiVersion,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
} from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { isReadyToGo } from './write-object.ts';

/** One pass over all objects. */
export function collectGarbage(cluster: Cluster): void {
  const byUid = new Map<string, KubeObject>();
  for (const [, object] of cluster.storage.all()) byUid.set(object.metadata.uid ?? '', object);
  const types = new Map(cluster.registry.stored().map((type) => [type.storageKey, type]));
  const dependents = new Map<string, Dependent[]>();
  for (const [key, object] of cluster.storage.all()) {
    const type = types.get(key);
    if (type === undefined) continue;
    for (const owner of object.metadata.ownerReferences ?? []) {
      const found = dependents.get(owner.uid) ?? [];
      found.push({ type, object, owner });
      dependents.set(owner.uid, found);
    }
  }
  for (const [key, object] of cluster.storage.all()) {
    const type = types.get(key);
    if (type === undefined) continue;
    const own = dependents.get(object.metadata.uid ?? '') ?? [];
    if (object.metadata.deletionTimestamp !== undefined) {
      finishDeletion(cluster, type, object, own);
    } else if (object.metadata.ownerReferences !== undefined) {
      judgeDependent(cluster, { type, object }, byUid, own);
    }
  }
}

interface Item {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

interface Dependent extends Item {
  readonly owner: OwnerReference;
}

/** Foreground: dependents first, then the owner. Orphan: dependents lose the reference, then the owner goes. */
function finishDeletion(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  dependents: readonly Dependent[],
): void {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) {
    for (const dependent of dependents) {
      dropOwners(cluster, dependent, new Set([object.metadata.uid ?? '']));
    }
    dropFinalizer(cluster, type, object, orphanFinalizer);
  } else if (finalizers.includes(foregroundFinalizer)) {
    const isHeld = dependents.some(
      ({ type: of, object: { metadata }, owner }) =>
        owner.blockOwnerDeletion === true &&
        cluster.storage.get(of.storageKey, metadata.namespace ?? '', metadata.name)?.metadata
          .uid === metadata.uid,
    );
    if (!isHeld) dropFinalizer(cluster, type, object, foregroundFinalizer);
  }
}

/** Deletes an object that has no living owner, and drops dead references of one that has. */
function judgeDependent(
  cluster: Cluster,
  { type, object }: Item,
  byUid: ReadonlyMap<string, KubeObject>,
  own: readonly Dependent[],
): void {
  const owners = object.metadata.ownerReferences ?? [];
  const states = new Map(owners.map((owner) => [owner, ownerState(cluster, object, owner, byUid)]));
  const all = [...states.values()];
  if (all.includes('unknown') || all.every((state) => state === 'there')) return;
  if (all.includes('there')) {
    const gone = owners.filter((owner) => states.get(owner) !== 'there').map(({ uid }) => uid);
    dropOwners(cluster, { type, object }, new Set(gone));
    return;
  }
  const isWaitedFor = all.includes('waiting') && own.length > 0;
  if (isWaitedFor && own.some((dependent) => isDeletingForeground(dependent.object))) {
    // A circle of foreground deletions would wait for itself for ever.
    changeMetadata(cluster, type, object, (meta) => {
      meta.ownerReferences = owners.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    });
  }
  remove(cluster, type, object, isWaitedFor ? 'Foreground' : 'Background');
}

function isDeletingForeground({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).includes(foregroundFinalizer)
  );
}

/** An owner of a kind or version this server does not know is left alone: nothing can be said of it. */
function ownerState(
  cluster: Cluster,
  object: KubeObject,
  owner: OwnerReference,
  byUid: ReadonlyMap<string, KubeObject>,
): 'there' | 'waiting' | 'absent' | 'unknown' {
  const { group, version } = splitApiVersion(owner.apiVersion);
  const type = cluster.registry.findKind(group, owner.kind, version);
  if (type === undefined) return 'unknown';
  // What is in no namespace cannot be owned from within one.
  if (type.namespaced && object.metadata.namespace === undefined) return 'unknown';
  const found = byUid.get(owner.uid);
  const isThere =
    found !== undefined &&
    found.kind === owner.kind &&
    found.metadata.name === owner.name &&
    (!type.namespaced || found.metadata.namespace === object.metadata.namespace) &&
    cluster.storage.get(type.storageKey, found.metadata.namespace ?? '', owner.name)?.metadata
      .uid === owner.uid;
  if (!isThere) return 'absent';
  return isDeletingForeground(found) ? 'waiting' : 'there';
}

function remove(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  propagationPolicy: 'Background' | 'Foreground',
): void {
  const current = fresh(cluster, type, object);
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
  deleteObject(cluster, { type, dryRun: false, propagationPolicy }, current);
}

function dropOwners(cluster: Cluster, { type, object }: Item, gone: ReadonlySet<string>): void {
  changeMetadata(cluster, type, object, (meta) => {
    const kept = (meta.ownerReferences ?? []).filter(({ uid }) => !gone.has(uid));
    if (kept.length > 0) meta.ownerReferences = kept;
    else delete meta.ownerReferences;
  });
}

function dropFinalizer(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  finalizer: string,
): void {
  changeMetadata(cluster, type, object, (meta) => {
    const kept = (meta.finalizers ?? []).filter((name) => name !== finalizer);
    if (kept.length > 0) meta.finalizers = kept;
    else delete meta.finalizers;
  });
}

/** Not validated: an object that no longer fits its schema must still be able to go. */
function changeMetadata(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  change: (metadata: ObjectMeta) => void,
): void {
  const current = fresh(cluster, type, object);
  if (current === undefined) return;
  const next = copy(current);
  change(next.metadata);
  if (isReadyToGo(type, next)) cluster.storage.remove(type.storageKey, next);
  else cluster.storage.put(type.storageKey, next);
}

/** The object as it is now; undefined when it is gone or another one has its name. */
function fresh(cluster: Cluster, type: ResourceType, object: KubeObject): KubeObject | undefined {
  const { namespace = '', name, uid } = object.metadata;
  const found = cluster.storage.get(type.storageKey, namespace, name);
  return found?.metadata.uid === uid ? found : undefined;
}
