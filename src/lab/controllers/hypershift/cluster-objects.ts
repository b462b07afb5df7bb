// The Cluster API objects that the HyperShift operator writes for a hosted cluster and its node pools.

import { createHash } from 'node:crypto';
import { kinds } from '../../cluster/kinds.ts';
import { at, controlledBy, numberAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import { RELEASE } from '../../world/settings.ts';

export const CLUSTER_FINALIZER = 'cluster.cluster.x-k8s.io';
export const AWS_CLUSTER_FINALIZER = 'awscluster.infrastructure.cluster.x-k8s.io';
export const MACHINE_DEPLOYMENT_FINALIZER = 'cluster.x-k8s.io/machinedeployment';
export const MACHINE_SET_FINALIZER = 'cluster.x-k8s.io/machineset';
export const MACHINE_FINALIZER = 'machine.cluster.x-k8s.io';
export const AWS_MACHINE_FINALIZER = 'awsmachine.infrastructure.cluster.x-k8s.io';
export const CLUSTER_LABEL = 'cluster.x-k8s.io/cluster-name';

export function infraIdOfObject(hostedCluster: KubeObject): string {
  return textAt(hostedCluster, 'spec', 'infraID') ?? hostedCluster.metadata.name;
}

export function clusterFor(hostedCluster: KubeObject, namespace: string): KubeObject {
  const name = infraIdOfObject(hostedCluster);
  return {
    apiVersion: kinds.cluster.apiVersion,
    kind: 'Cluster',
    metadata: { name, namespace },
    spec: {
      controlPlaneRef: {
        apiVersion: kinds.hostedControlPlane.apiVersion,
        kind: 'HostedControlPlane',
        name: hostedCluster.metadata.name,
        namespace,
      },
      infrastructureRef: {
        apiVersion: kinds.awsCluster.apiVersion,
        kind: 'AWSCluster',
        name: hostedCluster.metadata.name,
        namespace,
      },
    },
  };
}

export function awsClusterFor(
  hostedCluster: KubeObject,
  namespace: string,
  cluster: KubeObject,
): KubeObject {
  return {
    apiVersion: kinds.awsCluster.apiVersion,
    kind: 'AWSCluster',
    metadata: {
      name: hostedCluster.metadata.name,
      namespace,
      labels: { [CLUSTER_LABEL]: cluster.metadata.name },
      annotations: { 'cluster.x-k8s.io/managed-by': 'external' },
      ownerReferences: [controlledBy(cluster)],
    },
    spec: { region: textAt(hostedCluster, 'spec', 'platform', 'aws', 'region') ?? '' },
  };
}

/** `<node pool>-<hash of its spec>`: another spec is another template, and new machines. */
export function templateFor(nodePool: KubeObject, namespace: string): KubeObject {
  const aws = (at(nodePool, 'spec', 'platform', 'aws') ?? {}) as Record<string, unknown>;
  const { instanceProfile, ...machine } = aws;
  return {
    apiVersion: kinds.awsMachineTemplate.apiVersion,
    kind: 'AWSMachineTemplate',
    metadata: {
      name: `${nodePool.metadata.name}-${shortHash(canonical(aws))}`,
      namespace,
      annotations: {
        'hypershift.openshift.io/nodePool': `${nodePool.metadata.namespace ?? ''}/${nodePool.metadata.name}`,
      },
    },
    spec: {
      template: {
        spec: {
          ...machine,
          iamInstanceProfile: instanceProfile,
          ami: { id: 'ami-0123456789abcdef0' },
          uncompressedUserData: true,
        },
      },
    },
  };
}

export function machineDeploymentFor(
  nodePool: KubeObject,
  template: KubeObject,
  cluster: KubeObject,
): KubeObject {
  const name = nodePool.metadata.name;
  return {
    apiVersion: kinds.machineDeployment.apiVersion,
    kind: 'MachineDeployment',
    metadata: {
      name,
      namespace: template.metadata.namespace ?? '',
      labels: { [CLUSTER_LABEL]: cluster.metadata.name },
      ownerReferences: [{ ...controlledBy(cluster), controller: false }],
    },
    spec: {
      clusterName: cluster.metadata.name,
      replicas: numberAt(nodePool, 'spec', 'replicas') ?? 0,
      selector: { matchLabels: { [`${cluster.metadata.name}-${name}`]: name } },
      template: machineTemplate(cluster.metadata.name, name, template),
    },
  };
}

/** The part of a MachineDeployment whose change makes new machines. */
export function machineTemplate(cluster: string, pool: string, template: KubeObject): object {
  return {
    metadata: { labels: { [CLUSTER_LABEL]: cluster, [`${cluster}-${pool}`]: pool } },
    spec: {
      clusterName: cluster,
      bootstrap: { dataSecretName: `user-data-${pool}` },
      version: RELEASE.version,
      infrastructureRef: {
        apiVersion: kinds.awsMachineTemplate.apiVersion,
        kind: 'AWSMachineTemplate',
        name: template.metadata.name,
        namespace: template.metadata.namespace,
      },
    },
  };
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** JSON with sorted keys: what was restored hashes as what was exported. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}
