// The move by hand: names released, objects restored, the source torn down, the network restarted.

import type { Client } from '../../../src/lab/cluster/client.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import {
  at,
  isConditionTrue,
  type Kind,
  type KubeObject,
} from '../../../src/lab/cluster/objects.ts';
import { MACHINE_KINDS, type Backup } from './backup-by-hand.ts';
import { HC, HCP, nodePools, scale, until, waitForNoPods, type Hands } from './hands.ts';

/** Deletes the Routes and waits until no name of the cluster is left in the zone. */
export async function releaseNames(hands: Hands): Promise<void> {
  for (const route of (await hands.source.list(kinds.route, HCP)).items) {
    await hands.source.remove(kinds.route, route.metadata);
  }
  await until('the API name is released', async () => {
    const { dns } = await hands.lab.status();
    return dns.leadsTo === 'nowhere' && dns.owner === undefined;
  });
}

/** As a person writes it on the other side: nothing that the server keeps. */
export function bare(object: KubeObject, spec?: Record<string, unknown>): KubeObject {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
    ...(object.spec === undefined ? {} : { spec: { ...object.spec, ...spec } }),
    ...(object.data === undefined ? {} : { data: object.data }),
    ...(object.type === undefined ? {} : { type: object.type }),
  };
}

export async function restore(
  client: Client,
  backup: Backup,
  options: { readonly url: string; readonly nodes: boolean },
): Promise<void> {
  await client.create(kinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: HCP },
  });
  for (const [kind, object] of backup.references) await client.create(kind, bare(object));
  const etcd = {
    managementType: 'Managed',
    managed: {
      storage: {
        ...(at(backup.hostedCluster, 'spec', 'etcd', 'managed', 'storage') as object),
        restoreSnapshotURL: [options.url],
      },
    },
  };
  const unpaused = { etcd, pausedUntil: undefined };
  await client.create(kinds.hostedControlPlane, bare(backup.controlPlane, unpaused));
  for (const cluster of backup.clusters) await client.create(kinds.cluster, bare(cluster));
  if (options.nodes) {
    for (const [kind, object] of backup.machines) await client.create(kind, bare(object));
  }
  await client.create(kinds.hostedCluster, bare(backup.hostedCluster, unpaused));
  if (!options.nodes) return;
  for (const pool of backup.nodePools) {
    await client.create(kinds.nodePool, bare(pool, { pausedUntil: undefined }));
  }
}

export async function waitUntilServed(hands: Hands): Promise<void> {
  await until('the destination serves', async () => {
    const hostedCluster = await hands.destination.get(kinds.hostedCluster, HC);
    const { dns, nodes } = await hands.lab.status();
    return (
      isConditionTrue(hostedCluster, 'Available') &&
      dns.leadsTo === 'destination' &&
      nodes.every((node) => node.connected)
    );
  });
  // The node controller's view follows a heartbeat later.
  await until('the nodes are ready', async () => {
    const nodes = (await hands.hosted.list(kinds.node)).items;
    return nodes.length > 0 && nodes.every((node) => isConditionTrue(node, 'Ready'));
  });
}

/** Operator and controllers off, finalizers off, then the deletions, the operator back. */
export async function tearDown(client: Client): Promise<void> {
  await scale(client, 'hypershift', ['operator'], 0);
  await waitForNoPods(client, 'hypershift', ['operator']);
  // It would scale the others up again for as long as it lives.
  await scale(client, HCP, ['control-plane-operator'], 0);
  await waitForNoPods(client, HCP, ['control-plane-operator']);
  const deployments = (await client.list(kinds.deployment, HCP)).items;
  await scale(
    client,
    HCP,
    deployments.map((entry) => entry.metadata.name),
    0,
  );
  await client.patch(
    kinds.statefulSet,
    { namespace: HCP, name: 'etcd' },
    { spec: { replicas: 0 } },
  );
  await until('no pods', async () => (await client.list(kinds.pod, HCP)).items.length === 0);
  for (const pool of await nodePools(client)) await strip(client, kinds.nodePool, pool);
  for (const kind of MACHINE_KINDS.toReversed()) {
    for (const object of (await client.list(kind, HCP)).items) await strip(client, kind, object);
  }
  for (const kind of [kinds.cluster, kinds.hostedControlPlane, kinds.deployment]) {
    for (const object of (await client.list(kind, HCP)).items) await strip(client, kind, object);
  }
  await client.remove(kinds.namespace, { name: HCP });
  await until('the namespace is gone', async () => {
    return (await client.get(kinds.namespace, { name: HCP })) === undefined;
  });
  const hostedCluster = await client.get(kinds.hostedCluster, HC);
  if (hostedCluster !== undefined) await strip(client, kinds.hostedCluster, hostedCluster);
  await scale(client, 'hypershift', ['operator'], 2);
}

async function strip(client: Client, kind: Kind, object: KubeObject): Promise<void> {
  await client.patch(kind, object.metadata, { metadata: { finalizers: null } });
  await client.remove(kind, object.metadata);
}

export async function restartOvn(hands: Hands): Promise<void> {
  const namespace = 'openshift-ovn-kubernetes';
  for (const pod of (await hands.hosted.list(kinds.pod, namespace)).items) {
    await hands.hosted.remove(kinds.pod, pod.metadata);
  }
  await until('the network is connected', async () => {
    const operator = await hands.hosted.get(kinds.clusterOperator, { name: 'network' });
    return !isConditionTrue(operator, 'Degraded');
  });
}
