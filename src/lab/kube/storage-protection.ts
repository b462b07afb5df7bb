/*
 * Storage is protected while it is used: a new claim or volume gets a finalizer, and loses it under deletion
 * once no pod uses the claim, or the volume is not bound. In a real cluster an admission plugin of the API
 * server adds it and kube-controller-manager takes it off.
 */
import type { Cluster } from './cluster.ts';
import { copy, listAt, mapAt, stringAt, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';

const claimsKey = '/persistentvolumeclaims';
const volumesKey = '/persistentvolumes';

const protections: ReadonlyMap<string, string> = new Map([
  [claimsKey, 'kubernetes.io/pvc-protection'],
  [volumesKey, 'kubernetes.io/pv-protection'],
]);

/** Adds the finalizer to a new claim or volume. Changes its argument. */
export function protectStorage(type: ResourceType, object: KubeObject): void {
  const protection = protections.get(type.storageKey);
  if (protection === undefined) return;
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(protection)) object.metadata.finalizers = [...finalizers, protection];
}

/** One pass over the claims and volumes under deletion. */
export function releaseStorage(cluster: Cluster): void {
  for (const claim of cluster.storage.list(claimsKey)) {
    const pods = cluster.storage.list('/pods', claim.metadata.namespace);
    if (!pods.some((pod) => uses(pod, claim.metadata.name))) release(cluster, claimsKey, claim);
  }
  for (const volume of cluster.storage.list(volumesKey)) {
    if (stringAt(volume.status, 'phase') !== 'Bound') release(cluster, volumesKey, volume);
  }
}

/** A pod that has no node yet will not start with a claim under deletion. */
function uses(pod: KubeObject, claim: string): boolean {
  return (
    stringAt(pod.spec, 'nodeName') !== undefined &&
    listAt(pod.spec, 'volumes').some(
      (volume) => stringAt(mapAt(volume, 'persistentVolumeClaim'), 'claimName') === claim,
    )
  );
}

function release(cluster: Cluster, key: string, stored: KubeObject): void {
  const { deletionTimestamp, finalizers = [] } = stored.metadata;
  const kept = finalizers.filter((name) => name !== protections.get(key));
  if (deletionTimestamp === undefined || kept.length === finalizers.length) return;
  const object = copy(stored);
  if (kept.length > 0) object.metadata.finalizers = kept;
  else delete object.metadata.finalizers;
  if (kept.length === 0) cluster.storage.remove(key, object);
  else cluster.storage.put(key, object);
}
