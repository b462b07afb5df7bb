// How kinds are served, where no server can be asked: those of Kubernetes, OpenShift, HyperShift and Cluster API that
// runbooks name. A kind that is not here is guessed as Kubernetes itself would, and said to be guessed.

import { apiGroupOf } from '../../engine/index.ts';

/** What RBAC calls a kind. */
export interface ServedKind {
  readonly group: string;
  /** The resource's name in RBAC: "secrets". */
  readonly plural: string;
  readonly namespaced: boolean;
  /** By discovery; from the table here; guessed from the kind's name. */
  readonly knownFrom: 'server' | 'table' | 'guess';
}

const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'config.openshift.io': ['ClusterVersion', 'ClusterOperator', 'Infrastructure', 'Ingress'],
  'machineconfiguration.openshift.io': ['MachineConfig', 'MachineConfigPool'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'storage.k8s.io': ['StorageClass', 'VolumeAttachment'],
};

const namespaced: Readonly<Record<string, readonly string[]>> = {
  '': ['ConfigMap', 'Event', 'PersistentVolumeClaim', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  'capi-provider.agent-install.openshift.io': ['AgentCluster', 'AgentMachine'],
  'cluster.x-k8s.io': [
    'Cluster',
    'Machine',
    'MachineDeployment',
    'MachineHealthCheck',
    'MachineSet',
  ],
  'coordination.k8s.io': ['Lease'],
  'hypershift.openshift.io': [
    'AWSEndpointService',
    'HostedCluster',
    'HostedControlPlane',
    'NodePool',
  ],
  'infrastructure.cluster.x-k8s.io': ['AWSCluster', 'AWSMachine', 'AWSMachineTemplate'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io': ['Role', 'RoleBinding'],
  'route.openshift.io': ['Route'],
};

export function knownKind(apiVersion: string, kind: string): ServedKind {
  const group = apiGroupOf(apiVersion);
  if (kind === '*') return { group: '*', plural: '*', namespaced: true, knownFrom: 'table' };
  const plural = pluralOf(kind);
  if (clusterScoped[group]?.includes(kind) === true) {
    return { group, plural, namespaced: false, knownFrom: 'table' };
  }
  const isKnown = namespaced[group]?.includes(kind) === true;
  return { group, plural, namespaced: true, knownFrom: isKnown ? 'table' : 'guess' };
}

/** As UnsafeGuessKindToResource of apimachinery does it. */
function pluralOf(kind: string): string {
  const single = kind.toLowerCase();
  if (single.endsWith('s')) return `${single}es`;
  return single.endsWith('y') ? `${single.slice(0, -1)}ies` : `${single}s`;
}
