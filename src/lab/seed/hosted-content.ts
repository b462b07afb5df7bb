// What is inside the hosted cluster before anything happens: its version, its operators, and the customer's own objects.

import { randomBytes } from 'node:crypto';
import type { Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import type { Kind, KubeObject } from '../cluster/objects.ts';
import { RELEASE } from '../world/settings.ts';

export const CUSTOMER_NAMESPACE = 'shop';
export const OVN_NAMESPACE = 'openshift-ovn-kubernetes';
const CATALOGUE_SIZE = 40;
const OPERATORS = ['network', 'console', 'ingress', 'image-registry', 'storage', 'monitoring'];

export async function seedHostedContent(client: Client): Promise<void> {
  for (const name of [CUSTOMER_NAMESPACE, OVN_NAMESPACE]) {
    await client.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  const work: Promise<unknown>[] = [
    ...catalogue().map((object) => client.create(kinds.configMap, object)),
    client.create(kinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'payment-gateway', namespace: CUSTOMER_NAMESPACE },
      type: 'Opaque',
      data: { apiKey: randomBytes(24).toString('base64') },
    }),
    createWithStatus(client, kinds.clusterVersion, {
      apiVersion: kinds.clusterVersion.apiVersion,
      kind: 'ClusterVersion',
      metadata: { name: 'version' },
      spec: { channel: 'stable-4.18', clusterID: 'demo' },
      status: {
        desired: { version: RELEASE.version },
        history: [{ state: 'Completed', version: RELEASE.version }],
        conditions: [{ type: 'Available', status: 'True' }],
      },
    }),
    ...OPERATORS.map((name) =>
      createWithStatus(client, kinds.clusterOperator, {
        apiVersion: kinds.clusterOperator.apiVersion,
        kind: 'ClusterOperator',
        metadata: { name },
        spec: {},
        status: {
          conditions: [
            { type: 'Available', status: 'True' },
            { type: 'Progressing', status: 'False' },
            { type: 'Degraded', status: 'False' },
          ],
        },
      }),
    ),
  ];
  await Promise.all(work);
}

function catalogue(): readonly KubeObject[] {
  return Array.from({ length: CATALOGUE_SIZE }, (_none, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `catalogue-${index + 1}`, namespace: CUSTOMER_NAMESPACE },
    data: { article: String(index + 1), note: randomBytes(64).toString('base64') },
  }));
}

async function createWithStatus(client: Client, kind: Kind, object: KubeObject): Promise<void> {
  await client.create(kind, object);
  await client.patch(kind, object.metadata, { status: object.status }, 'status');
}
