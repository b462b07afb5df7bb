// What is there before the compact runbook begins: workloads with their pods, an etcd, settings, records in a zone.

import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import type { KubeObject } from '../../../src/lab/cluster/objects.ts';
import type { CompactServers } from './compact-servers.ts';

const pools = ['pool-a', 'pool-b', 'pool-c'];

/** Resolves when the pods run. */
export async function seedWorld(servers: CompactServers, name: string): Promise<void> {
  await Promise.all([seedZone(servers, name), seedObjects(servers, name)]);
}

export function zoneOf(name: string): string {
  return `Z${name.toUpperCase()}`;
}

async function seedObjects({ side }: CompactServers, namespace: string): Promise<void> {
  const { client } = side;
  const meta = (name: string, more: object = {}) => ({ name, namespace, ...more });
  const v1 = { apiVersion: 'v1' };
  await client.create(kinds.namespace, { ...v1, kind: 'Namespace', metadata: { name: namespace } });
  const configMap = (name: string, more: object = {}): Promise<KubeObject> =>
    client.create(kinds.configMap, {
      ...v1,
      kind: 'ConfigMap',
      metadata: meta(name, more),
      data: { color: 'blue' },
    });
  await Promise.all([
    ...pools.map((pool) => configMap(pool, { labels: { kind: 'pool' } })),
    configMap('flaky'),
    configMap('old', { finalizers: ['example.com/keep'] }),
    client.create(kinds.secret, {
      ...v1,
      kind: 'Secret',
      metadata: meta('password'),
      data: { password: 'b2Ygbm9ib2R5' },
    }),
    client.create(kinds.deployment, deployment(meta('operator'), 1)),
    client.create(kinds.deployment, deployment(meta('web'), 2)),
    client.create(kinds.pod, {
      ...v1,
      kind: 'Pod',
      metadata: meta('etcd-0', { labels: { app: 'etcd' } }),
      spec: { containers: [{ name: 'etcd', image: 'etcd' }] },
    }),
  ]);
  await waitUntilReady(side, namespace);
}

/** Four pods: the operator's, the web's two, etcd's. */
const seededPods = 4;
const waitMs = 20;
const waits = 500;

async function waitUntilReady(side: CompactServers['side'], namespace: string): Promise<void> {
  for (let look = 0; look < waits; look += 1) {
    const ready = side
      .all(kinds.pod, namespace)
      .filter((pod) => JSON.stringify(pod['status'] ?? '').includes('"Running"'));
    const followed = side
      .all(kinds.deployment, namespace)
      .every((one) => JSON.stringify(one['status'] ?? '').includes('MinimumReplicasAvailable'));
    if (ready.length === seededPods && followed) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  throw new Error(`The pods of ${namespace} do not start`);
}

function deployment(metadata: KubeObject['metadata'], replicas: number): KubeObject {
  const labels = { app: metadata.name };
  const container = {
    name: 'main',
    image: 'main',
    env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'password', key: 'password' } } }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

async function seedZone({ route53 }: CompactServers, name: string): Promise<void> {
  const host = `old.${name}.example.com`;
  const owner = '"heritage=external-dns,external-dns/owner=here"';
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneOf(name),
      ChangeBatch: {
        Changes: [
          record(host, 'CNAME', 'old.example.com'),
          record(`cname-${host.replace('old.', 'old-external-dns.')}`, 'TXT', owner),
          record(`www.${name}.example.com`, 'CNAME', 'before.example.com'),
        ],
      },
    }),
  );
}

function record(Name: string, Type: 'CNAME' | 'TXT', Value: string) {
  return {
    Action: 'CREATE' as const,
    ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] },
  };
}
