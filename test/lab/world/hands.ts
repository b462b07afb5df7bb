// A person with a plain Kubernetes client: the steps of a recovery done by hand, one function each, so that tests can do
// them in the right order, leave one out, or do the wrong thing.

import { readFileSync } from 'node:fs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { createClient, type Client } from '../../../src/lab/cluster/client.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import {
  at,
  isConditionTrue,
  textAt,
  type Kind,
  type KubeObject,
} from '../../../src/lab/cluster/objects.ts';
import type { Connection } from '../../../src/lab/cluster/kubeconfig.ts';
import type { Lab } from '../../../src/lab/index.ts';
import { createAwsClient } from '../../../src/lab/world/aws-client.ts';

export const HC = { namespace: 'clusters', name: 'demo-hosted' } as const;
export const HCP = 'clusters-demo-hosted';
export const WRITERS = [
  'control-plane-operator',
  'kube-apiserver',
  'openshift-apiserver',
  'openshift-oauth-apiserver',
];
const SNAPSHOT = '/var/lib/by-hand.db';

/** In the order in which they are restored. */
const MACHINE_KINDS: readonly Kind[] = [
  kinds.awsCluster,
  kinds.awsMachineTemplate,
  kinds.awsMachine,
  kinds.machineDeployment,
  kinds.machineSet,
  kinds.machine,
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

function connectionOf(path: string): Connection {
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

/** Runs a command in etcd-0 of the source over the wire. */
export async function execInEtcd(
  hands: Hands,
  command: readonly string[],
): Promise<{ readonly stdout: Buffer; readonly status: unknown }> {
  const { server, ca, token } = hands.connections.source;
  const url = new URL(
    `${server.replace('https', 'wss')}/api/v1/namespaces/${HCP}/pods/etcd-0/exec`,
  );
  for (const word of command) url.searchParams.append('command', word);
  for (const [name, value] of Object.entries({
    container: 'etcd',
    stdout: 'true',
    stderr: 'true',
  })) {
    url.searchParams.set(name, value);
  }
  const socket = new WebSocket(url, ['v5.channel.k8s.io'], {
    ca,
    headers: { authorization: `Bearer ${token}` },
  });
  const channels: Buffer[][] = [[], [], [], []];
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => channels[data[0] ?? 0]?.push(data.subarray(1)));
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
  const [, stdout = [], , error = []] = channels.map((chunks) => Buffer.concat(chunks));
  return {
    stdout: Buffer.from(stdout as Uint8Array),
    status: JSON.parse(Buffer.from(error as Uint8Array).toString('utf8')) as unknown,
  };
}

/** Takes the snapshot and reads it out of the pod; the file is removed again. */
export async function snapshot(hands: Hands): Promise<Buffer> {
  const saved = await execInEtcd(hands, [
    'env',
    'ETCDCTL_API=3',
    'etcdctl',
    '--cacert=/etc/etcd/tls/etcd-ca/ca.crt',
    '--cert=/etc/etcd/tls/client/etcd-client.crt',
    '--key=/etc/etcd/tls/client/etcd-client.key',
    '--endpoints=https://localhost:2379',
    'snapshot',
    'save',
    SNAPSHOT,
  ]);
  if (textAt(saved.status, 'status') !== 'Success') throw new Error(JSON.stringify(saved.status));
  const { stdout } = await execInEtcd(hands, ['cat', SNAPSHOT]);
  await execInEtcd(hands, ['rm', '-f', SNAPSHOT]);
  return stdout;
}

export async function upload(hands: Hands, content: Buffer): Promise<string> {
  const { env, files } = hands.lab;
  const ini = readFileSync(files.awsCredentials, 'utf8');
  const valueOf = (name: string): string => new RegExp(`${name} = (.+)`).exec(ini)?.[1] ?? '';
  const credentials = {
    accessKeyId: valueOf('aws_access_key_id'),
    secretAccessKey: valueOf('aws_secret_access_key'),
  };
  const s3 = new S3Client({
    region: env['MGMT_REGION'] ?? '',
    endpoint: env['AWS_ENDPOINT_URL'] ?? '',
    forcePathStyle: true,
    credentials,
  });
  const address = { Bucket: env['BUCKET_NAME'] ?? '', Key: 'by-hand/etcd.db' };
  const aws = createAwsClient({
    endpoint: env['AWS_ENDPOINT_URL'] ?? '',
    ca: readFileSync(files.ca, 'utf8'),
    ...credentials,
  });
  const path = `/${address.Bucket}/${address.Key}`;
  const answer = await aws.send({ service: 's3', method: 'PUT', path, body: content });
  aws.close();
  if (answer.status !== 200) throw new Error(`The upload was answered: ${answer.body.toString()}`);
  return getSignedUrl(s3, new GetObjectCommand(address), { expiresIn: 3600 });
}

export interface Backup {
  readonly hostedCluster: KubeObject;
  readonly nodePools: readonly KubeObject[];
  readonly controlPlane: KubeObject;
  readonly references: readonly (readonly [Kind, KubeObject])[];
  readonly clusters: readonly KubeObject[];
  readonly machines: readonly (readonly [Kind, KubeObject])[];
}

export async function exportObjects(client: Client): Promise<Backup> {
  const hostedCluster = await getOrFail(client, kinds.hostedCluster, HC);
  const secretNames = [
    `${HC.name}-pull-secret`,
    `${HC.name}-ssh-key`,
    `${HC.name}-etcd-encryption-key`,
  ];
  const named = await Promise.all([
    ...secretNames.map(async (name) => [
      kinds.secret,
      await getOrFail(client, kinds.secret, { namespace: HC.namespace, name }),
    ]),
    ...['user-ca-bundle', 'worker-tuning'].map(async (name) => [
      kinds.configMap,
      await getOrFail(client, kinds.configMap, { namespace: HC.namespace, name }),
    ]),
  ]);
  const secrets = (await client.list(kinds.secret, HCP)).items.filter(mayTravel);
  const machines = await Promise.all(
    MACHINE_KINDS.map(async (kind) =>
      (await client.list(kind, HCP)).items.map((object) => [kind, object] as const),
    ),
  );
  return {
    hostedCluster,
    nodePools: await nodePools(client),
    controlPlane: await getOrFail(client, kinds.hostedControlPlane, {
      namespace: HCP,
      name: HC.name,
    }),
    references: [
      ...(named as unknown as readonly (readonly [Kind, KubeObject])[]),
      ...secrets.map((object) => [kinds.secret, object] as const),
    ],
    clusters: (await client.list(kinds.cluster, HCP)).items,
    machines: machines.flat(),
  };
}

async function getOrFail(
  client: Client,
  kind: Kind,
  address: { readonly namespace: string; readonly name: string },
): Promise<KubeObject> {
  const found = await client.get(kind, address);
  if (found === undefined) throw new Error(`${kind.kind} ${address.name} is not there`);
  return found;
}

export function mayTravel(secret: KubeObject): boolean {
  return (
    secret.type !== 'kubernetes.io/service-account-token' &&
    secret.type !== 'kubernetes.io/dockercfg' &&
    !secret.metadata.name.startsWith('oauth-openshift') &&
    !secret.metadata.name.startsWith(`token-${HC.name}`)
  );
}

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
  for (const kind of [...MACHINE_KINDS].reverse()) {
    for (const object of (await client.list(kind, HCP)).items) await strip(client, kind, object);
  }
  for (const kind of [kinds.cluster, kinds.hostedControlPlane, kinds.deployment]) {
    for (const object of (await client.list(kind, HCP)).items) await strip(client, kind, object);
  }
  await client.remove(kinds.namespace, { name: HCP });
  await until('the namespace is gone', async () => {
    return (await client.get(kinds.namespace, { name: HCP })) === undefined;
  });
  await strip(client, kinds.hostedCluster, await getOrFail(client, kinds.hostedCluster, HC));
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
