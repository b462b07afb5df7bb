// The garbage collector of kube-controller-manager as a client: deletes objects whose owners are gone, drops references
// to dead owners, carries out foreground deletion and orphaning. One round looks at the watched copy and asks the server
// before it acts; everything it sends names the uid and the version it decided on.

import type { Client } from '../../cluster/client.ts';
import type { KubeObject, OwnerReference } from '../../cluster/objects.ts';
import type { Discovered } from './discovery.ts';
import type { Node, ObjectGraph } from './object-graph.ts';
import { askedStates, FOREGROUND, knownStates, ORPHAN, type OwnerStates } from './owners.ts';
import { forEachLimited } from './run-limited.ts';

interface Round {
  /** Reads metadata alone. */
  readonly client: Client;
  readonly discovered: Discovered;
  readonly byUid: ReadonlyMap<string, Node>;
  /** By the uid of the owner. */
  readonly dependents: ReadonlyMap<string, readonly Dependent[]>;
}

interface Dependent {
  readonly node: Node;
  readonly owner: OwnerReference;
}

/** One round over everything in the graph; does nothing while the graph is incomplete. */
export async function collectGarbage(graph: ObjectGraph, client: Client): Promise<void> {
  const { discovered } = graph;
  if (discovered === undefined || !graph.isComplete) return;
  const nodes = graph.nodes();
  const round = { client, discovered, byUid: byUid(nodes), dependents: dependentsOf(nodes) };
  const concerned = nodes.filter(
    ({ object: { metadata } }) =>
      metadata.deletionTimestamp !== undefined || metadata.ownerReferences !== undefined,
  );
  await forEachLimited(concerned, async (node) => {
    if (node.object.metadata.deletionTimestamp === undefined) await judge(round, node);
    else await finishDeletion(round, node);
  });
}

function byUid(nodes: readonly Node[]): ReadonlyMap<string, Node> {
  return new Map(nodes.map((node) => [node.object.metadata.uid ?? '', node]));
}

function dependentsOf(nodes: readonly Node[]): ReadonlyMap<string, readonly Dependent[]> {
  const dependents = new Map<string, Dependent[]>();
  for (const node of nodes) {
    for (const owner of node.object.metadata.ownerReferences ?? []) {
      const known = dependents.get(owner.uid) ?? [];
      known.push({ node, owner });
      dependents.set(owner.uid, known);
    }
  }
  return dependents;
}

/** Deletes an object that has no living owner; drops the dead references of one that has. */
async function judge(round: Round, node: Node): Promise<void> {
  const known = knownStates(node, round.byUid, round.discovered);
  const owners = node.object.metadata.ownerReferences ?? [];
  if (owners.some((owner) => known.get(owner) === 'unknown')) return;
  if (owners.every((owner) => known.get(owner) === 'there')) return;

  const object = await fresh(round, node);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  const states = await askedStates({ ...node, object }, round.client, round.discovered);
  const all = [...states.values()];
  if (all.length === 0 || all.includes('unknown')) return;
  if (all.includes('there')) {
    await keepOwners(round, node, object, (owner) => states.get(owner) === 'there');
    return;
  }
  await remove(round, { ...node, object }, states);
}

async function remove(round: Round, node: Node, states: OwnerStates): Promise<void> {
  const { uid = '', resourceVersion = '' } = node.object.metadata;
  const own = round.dependents.get(uid) ?? [];
  const isWaitedFor = [...states.values()].includes('waiting');
  if (isWaitedFor && own.some(({ node: { object } }) => isDeletingForeground(object))) {
    // A circle of foreground deletions would wait for itself for ever. The next round goes on from here.
    if (await unblock(round, node)) return;
  }
  const propagationPolicy = policyOf(node.object, isWaitedFor && own.length > 0);
  await round.client.remove(node.resource, node.object.metadata, {
    propagationPolicy,
    preconditions: { uid, resourceVersion },
  });
}

function policyOf(
  { metadata }: KubeObject,
  isForeground: boolean,
): 'Orphan' | 'Background' | 'Foreground' {
  const finalizers = metadata.finalizers ?? [];
  if (isForeground || finalizers.includes(FOREGROUND)) return 'Foreground';
  return finalizers.includes(ORPHAN) ? 'Orphan' : 'Background';
}

/** Foreground: blocking dependents first, then the owner. Orphan: dependents lose the reference, then the owner goes. */
async function finishDeletion(round: Round, node: Node): Promise<void> {
  const { uid = '', finalizers = [] } = node.object.metadata;
  const dependents = round.dependents.get(uid) ?? [];
  if (finalizers.includes(ORPHAN)) {
    await forEachLimited(dependents, async (dependent) => {
      const object = await fresh(round, dependent.node);
      if (object === undefined) return;
      await keepOwners(round, dependent.node, object, (owner) => owner.uid !== uid);
    });
    // Only once the copy shows nobody with the reference: a conflict above must not lose a dependent.
    if (dependents.length === 0) await dropFinalizer(round, node, ORPHAN);
  } else if (finalizers.includes(FOREGROUND)) {
    const isHeld = dependents.some(({ owner }) => owner.blockOwnerDeletion === true);
    if (!isHeld) await dropFinalizer(round, node, FOREGROUND);
  }
}

function isDeletingForeground({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND)
  );
}

/** Whether there was anything to unblock. */
async function unblock(round: Round, { resource, object }: Node): Promise<boolean> {
  const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
  if (!ownerReferences.some(({ blockOwnerDeletion }) => blockOwnerDeletion === true)) return false;
  const freed = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  const metadata = { uid, resourceVersion, ownerReferences: freed };
  await round.client.patch(resource, object.metadata, { metadata });
  return true;
}

async function keepOwners(
  round: Round,
  { resource }: Node,
  object: KubeObject,
  isKept: (owner: OwnerReference) => boolean,
): Promise<void> {
  const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
  const kept = ownerReferences.filter(isKept);
  if (kept.length === ownerReferences.length) return;
  const metadata = { uid, resourceVersion, ownerReferences: kept.length === 0 ? null : kept };
  await round.client.patch(resource, object.metadata, { metadata });
}

async function dropFinalizer(round: Round, node: Node, finalizer: string): Promise<void> {
  const object = await fresh(round, node);
  if (object === undefined) return;
  const { uid, resourceVersion, finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) return;
  const kept = finalizers.filter((name) => name !== finalizer);
  const metadata = { uid, resourceVersion, finalizers: kept.length === 0 ? null : kept };
  await round.client.patch(node.resource, object.metadata, { metadata });
}

/** The object as the server has it; undefined when it is gone or another one has its name. */
async function fresh(round: Round, { resource, object }: Node): Promise<KubeObject | undefined> {
  const found = await round.client.get(resource, object.metadata);
  return found?.metadata.uid === object.metadata.uid ? found : undefined;
}
