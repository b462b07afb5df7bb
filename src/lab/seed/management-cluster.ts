// A management cluster as it is installed: the HyperShift operator and external-dns with their real arguments, a default
// storage class, the namespace of the hosted clusters.

import { kinds } from '../cluster/kinds.ts';
import type { KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { deploymentFor } from '../controllers/hypershift/component.ts';
import {
  DOMAIN,
  HC_NAMESPACE,
  OIDC_BUCKET,
  OPERATOR_NAMESPACE,
  OWNER_IDS,
  REGION,
} from '../world/settings.ts';

/** How many pods the operator has on each side. Recoveries must put back exactly this. */
export const OPERATOR_REPLICAS = 2;

/** As the operator tells them, the newest first. */
const SUPPORTED_VERSIONS = ['4.19', '4.18', '4.17', '4.16'];

export async function seedManagementCluster(side: Side): Promise<void> {
  for (const name of [HC_NAMESPACE, OPERATOR_NAMESPACE]) {
    await side.ensure(kinds.namespace, namespaceNamed(name));
  }
  await createIfAbsent(side, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'gp3-csi',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await side.ensure(kinds.configMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'supported-versions',
      namespace: OPERATOR_NAMESPACE,
      labels: { 'hypershift.openshift.io/supported-versions': 'true' },
    },
    data: { 'supported-versions': JSON.stringify({ versions: SUPPORTED_VERSIONS }) },
  });
  await side.ensure(
    kinds.deployment,
    deploymentFor({
      name: 'operator',
      namespace: OPERATOR_NAMESPACE,
      replicas: OPERATOR_REPLICAS,
      args: [
        'run',
        '--namespace=$(MY_NAMESPACE)',
        '--platform-monitoring=None',
        `--oidc-storage-provider-s3-bucket-name=${OIDC_BUCKET}`,
        `--oidc-storage-provider-s3-region=${REGION}`,
        '--private-platform=AWS',
      ],
    }),
  );
  await side.ensure(
    kinds.deployment,
    deploymentFor({
      name: 'external-dns',
      namespace: OPERATOR_NAMESPACE,
      replicas: 1,
      args: [
        '--source=service',
        '--source=openshift-route',
        `--domain-filter=${DOMAIN}`,
        '--provider=aws',
        '--registry=txt',
        '--txt-suffix=-external-dns',
        `--txt-owner-id=${OWNER_IDS[side.name]}`,
        '--label-filter=hypershift.openshift.io/route-visibility!=private',
        '--interval=1m',
        '--txt-cache-interval=1h',
      ],
    }),
  );
}

function namespaceNamed(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function createIfAbsent(side: Side, object: KubeObject): Promise<void> {
  const found = await side.client.get(kinds.storageClass, object.metadata);
  if (found === undefined) await side.client.create(kinds.storageClass, object);
}
