// A person with a plain Kubernetes client: the steps of a recovery done by hand, one function each, so that tests can do
// them in the right order, leave one out, or do the wrong thing.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createClient, type Client } from '../../../src/lab/cluster/client.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { at, textAt, type KubeObject } from '../../../src/lab/cluster/objects.ts';
import type { Connection } from '../../../src/lab/cluster/kubeconfig.ts';
import type { Lab } from '../../../src/lab/index.ts';

export const HC = { namespace: 'clusters', name: 'demo-hosted' } as const;
export const HCP = 'clusters-demo-hosted';
export const WRITERS = [
  'control-plane-operator',
  'kube-apiserver',
  'openshift-apiserver',
  'openshift-oauth-apiserver',
];
export interface Hands {
  readonly lab: Lab;
  readonly source: Client;
  readonly destination: Client;
  readonly hosted: Client;
  readonly connections: Readonly<Record<'source' | 'destination', Connection>>;
  close(): void;
}

export function openHands(lab: Lab): Hands {
  const connections = {
    source: connectionOf(lab.files.sourceKubeconfig),
    destination: connectionOf(lab.files.destinationKubeconfig),
  };
  const clients = {
    source: createClient(connections.source),
    destination: createClient(connections.destination),
    hosted: createClient(connectionOf(lab.files.hostedKubeconfig)),
  };
  return {
    lab,
    connections,
    ...clients,
    close: () => Object.values(clients).forEach((client) => client.close()),
  };
}

export function connectionOf(path: string): Connection {
  const config: unknown = parse(readFileSync(path, 'utf8'));
  const cluster = at(config, 'clusters', 0, 'cluster');
  const tlsServerName = textAt(cluster, 'tls-server-name');
  return {
    server: textAt(cluster, 'server') ?? '',
    ca: Buffer.from(textAt(cluster, 'certificate-authority-data') ?? '', 'base64').toString(),
    token: textAt(config, 'users', 0, 'user', 'token') ?? '',
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
  };
}

/** Polls until `done` holds; fails with `what` when it does not within half a minute. */
export async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function pause(client: Client, pausedUntil: string | null = 'true'): Promise<void> {
  await client.patch(kinds.hostedCluster, HC, { spec: { pausedUntil } });
  for (const pool of await nodePools(client)) {
    await client.patch(kinds.nodePool, pool.metadata, { spec: { pausedUntil } });
  }
  await until('the pause reaches Cluster API', async () => {
    const clusters = (await client.list(kinds.cluster, HCP)).items;
    return clusters.every(
      (cluster) => (at(cluster, 'spec', 'paused') === true) === (pausedUntil === 'true'),
    );
  });
}

export async function nodePools(client: Client): Promise<readonly KubeObject[]> {
  const pools = (await client.list(kinds.nodePool, HC.namespace)).items;
  return pools.filter((pool) => textAt(pool, 'spec', 'clusterName') === HC.name);
}

export async function scale(
  client: Client,
  namespace: string,
  names: readonly string[],
  replicas: number,
): Promise<void> {
  for (const name of names) {
    await client.patch(kinds.deployment, { namespace, name }, { spec: { replicas } });
  }
}

export async function waitForNoPods(
  client: Client,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  await until(`no pods of ${names.join(', ')}`, async () => {
    const pods = (await client.list(kinds.pod, namespace)).items;
    return !pods.some((pod) => names.includes(pod.metadata.labels?.['app'] ?? ''));
  });
}
