/*
 * The namespace controller: empties namespaces under deletion, says in their conditions what still holds
 * them, and lets them go when nothing is left.
 */
import { namespaceConditions } from '../cluster/namespace-conditions.ts';
import type { Condition } from '../cluster/objects.ts';
import { timestamp, type Cluster } from './cluster.ts';
import { deleteObject } from './delete-object.ts';
import { copy, listAt, sameJson, type Json, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { isReadyToGo } from './write-object.ts';

export const namespacesKey = '/namespaces';
const kubernetesFinalizer = 'kubernetes';

/** The namespaces every cluster starts with. */
export const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** One pass over the namespaces under deletion. */
export function finishNamespaces(cluster: Cluster): void {
  for (const namespace of cluster.storage.list(namespacesKey)) {
    if (namespace.metadata.deletionTimestamp !== undefined) finish(cluster, namespace);
  }
}

function finish(cluster: Cluster, namespace: KubeObject): void {
  const finalizers = listAt(namespace.spec, 'finalizers');
  if (!finalizers.includes(kubernetesFinalizer)) return;
  const left = emptyNamespace(cluster, namespace.metadata.name);
  const next = copy(namespace);
  if (left.length > 0) {
    next.status = {
      ...next.status,
      phase: 'Terminating',
      conditions: conditions(cluster, next, left),
    };
    if (!sameJson(next.status, namespace.status)) cluster.storage.put(namespacesKey, next);
    return;
  }
  const kept = finalizers.filter((name) => name !== kubernetesFinalizer);
  const { finalizers: _finalizers, ...rest } = next.spec ?? {};
  next.spec = kept.length === 0 ? rest : { ...rest, finalizers: kept };
  const type = cluster.registry.findKind('', 'Namespace');
  if (type !== undefined && isReadyToGo(type, next)) cluster.storage.remove(namespacesKey, next);
  else cluster.storage.put(namespacesKey, next);
}

interface Left {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Deletes what is in the namespace; returns what did not go at once. */
function emptyNamespace(cluster: Cluster, name: string): readonly Left[] {
  const left: Left[] = [];
  for (const type of cluster.registry.stored()) {
    if (!type.namespaced) continue;
    for (const object of cluster.storage.list(type.storageKey, name)) {
      const result =
        object.metadata.deletionTimestamp === undefined
          ? deleteObject(cluster, { type, dryRun: false, propagationPolicy: 'Background' }, object)
          : { gone: false, object };
      if (!result.gone) left.push({ type, object: result.object });
    }
  }
  return left;
}

/** The conditions a real namespace controller writes while something is left. */
function conditions(cluster: Cluster, namespace: KubeObject, left: readonly Left[]): Json[] {
  const remaining = left.map(({ type, object }) => ({
    resource: qualified(type),
    finalizers: object.metadata.finalizers ?? [],
  }));
  const before = listAt(namespace.status, 'conditions') as unknown as readonly Condition[];
  const now = timestamp(cluster.now());
  return namespaceConditions(remaining, before, now).map((condition) => ({ ...condition }));
}

function qualified({ group, plural }: ResourceType): string {
  return `${plural}.${group}`;
}
