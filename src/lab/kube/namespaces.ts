/*
 * The namespace controller: empties namespaces under deletion, says in their conditions what still holds
 * them, and lets them go when nothing is left.
 */
import { timestamp, type Cluster } from './cluster.ts';
import { deleteObject } from './delete-object.ts';
import { copy, listAt, sameJson, type Json, type JsonObject, type KubeObject } from './objects.ts';
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
  next.spec = {
    ...next.spec,
    finalizers: finalizers.filter((name) => name !== kubernetesFinalizer),
  };
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
  const content = counted(left.map(({ type }) => qualified(type)));
  const finalizers = counted(left.flatMap(({ object }) => object.metadata.finalizers ?? []));
  const wanted: readonly (readonly [string, boolean, string, string])[] = [
    [
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    [
      'NamespaceContentRemaining',
      true,
      'SomeResourcesRemain',
      `Some resources are remaining: ${shown(content, 'has', 'resource instances')}`,
    ],
    finalizers.size > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${shown(finalizers, 'in', 'resource instances')}`,
        ]
      : [
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ],
  ];
  const before = listAt(namespace.status, 'conditions') as JsonObject[];
  return wanted.map(([type, isTrue, reason, message]) => {
    const status = isTrue ? 'True' : 'False';
    const old = before.find(
      (condition) => condition['type'] === type && condition['status'] === status,
    );
    const lastTransitionTime = old?.['lastTransitionTime'] ?? timestamp(cluster.now());
    return { type, status, lastTransitionTime, reason, message };
  });
}

function qualified({ group, plural }: ResourceType): string {
  return `${plural}.${group}`;
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function shown(counts: ReadonlyMap<string, number>, verb: string, noun: string): string {
  return [...counts].map(([name, count]) => `${name} ${verb} ${count} ${noun}`).join(', ');
}
