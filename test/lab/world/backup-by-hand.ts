// The backup by hand: exec into etcd over the wire, the upload, and the objects as a person picks them.

import { readFileSync } from 'node:fs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { WebSocket } from 'ws';
import type { Client } from '../../../src/lab/cluster/client.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { textAt, type Kind, type KubeObject } from '../../../src/lab/cluster/objects.ts';
import { createAwsClient } from '../../../src/lab/world/aws-client.ts';
import { HC, HCP, nodePools, type Hands } from './hands.ts';

const SNAPSHOT = '/var/lib/by-hand.db';

/** In the order in which they are restored. */
export const MACHINE_KINDS: readonly Kind[] = [
  kinds.awsCluster,
  kinds.awsMachineTemplate,
  kinds.awsMachine,
  kinds.machineDeployment,
  kinds.machineSet,
  kinds.machine,
];

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
