/*
 * Keeps the served resources in step with the stored CRDs, and lets a CRD under deletion go only after its
 * last object.
 */
import type { Cluster } from './cluster.ts';
import { cleanupFinalizer, definitionsKey, servedTypes } from './custom-resources.ts';
import { deleteObject } from './delete-object.ts';
import { copy, type KubeObject } from './objects.ts';
import { createObject } from './write-object.ts';

/** Follows the store's CRDs for as long as the server lives. Returns how to stop. */
export function followDefinitions(cluster: Cluster): () => void {
  const reload = (): void => {
    cluster.registry.clearCustom();
    for (const crd of cluster.storage.list(definitionsKey)) serve(cluster, crd);
  };
  reload();
  return cluster.storage.subscribe({
    replaced: reload,
    changed: (event) => {
      if (event.key === definitionsKey) {
        if (event.type === 'DELETED') cluster.registry.removeCustom(event.object.metadata.name);
        else serve(cluster, event.object);
      }
    },
  });
}

function serve(cluster: Cluster, crd: KubeObject): void {
  cluster.registry.setCustom(crd.metadata.name, servedTypes(crd));
}

/** Stores a CRD given as a plain object, as `crds` of the server's options are. */
export function installDefinition(cluster: Cluster, crd: KubeObject): void {
  const type = cluster.registry.findKind('apiextensions.k8s.io', 'CustomResourceDefinition');
  if (type === undefined) return;
  createObject(cluster, { type, manager: 'lab', dryRun: false }, copy(crd));
}

/** Deletes the objects of CRDs under deletion, and the CRDs once nothing is left. */
export function cleanUpDefinitions(cluster: Cluster): void {
  for (const crd of cluster.storage.list(definitionsKey)) {
    if (!crd.metadata.finalizers?.includes(cleanupFinalizer)) continue;
    if (crd.metadata.deletionTimestamp === undefined) continue;
    const types = servedTypes(crd);
    const type = types.find((each) => each.version === each.storageVersion) ?? types[0];
    const objects = type === undefined ? [] : cluster.storage.list(type.storageKey);
    for (const object of objects) {
      if (type !== undefined && object.metadata.deletionTimestamp === undefined) {
        deleteObject(cluster, { type, dryRun: false }, object);
      }
    }
    if (type === undefined || cluster.storage.list(type.storageKey).length === 0) {
      releaseDefinition(cluster, crd);
    }
  }
}

function releaseDefinition(cluster: Cluster, crd: KubeObject): void {
  const finalizers = (crd.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer);
  const released = { ...crd, metadata: { ...crd.metadata, finalizers } };
  if (finalizers.length === 0) cluster.storage.remove(definitionsKey, released);
  else cluster.storage.put(definitionsKey, released);
}
