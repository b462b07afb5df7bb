// Every kind that the lab's controllers work with, with the versions they speak.

import type { Kind } from './objects.ts';

const HYPERSHIFT = 'hypershift.openshift.io/v1beta1';
const CAPI = 'cluster.x-k8s.io/v1beta1';
const CAPA = 'infrastructure.cluster.x-k8s.io/v1beta2';

function namespaced(apiVersion: string, kind: string, plural: string): Kind {
  return { apiVersion, kind, plural, namespaced: true };
}

export const kinds = {
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  pod: namespaced('v1', 'Pod', 'pods'),
  secret: namespaced('v1', 'Secret', 'secrets'),
  configMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  service: namespaced('v1', 'Service', 'services'),
  volumeClaim: namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  statefulSet: namespaced('apps/v1', 'StatefulSet', 'statefulsets'),
  storageClass: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    namespaced: false,
  },
  route: namespaced('route.openshift.io/v1', 'Route', 'routes'),
  hostedCluster: namespaced(HYPERSHIFT, 'HostedCluster', 'hostedclusters'),
  nodePool: namespaced(HYPERSHIFT, 'NodePool', 'nodepools'),
  hostedControlPlane: namespaced(HYPERSHIFT, 'HostedControlPlane', 'hostedcontrolplanes'),
  cluster: namespaced(CAPI, 'Cluster', 'clusters'),
  machineDeployment: namespaced(CAPI, 'MachineDeployment', 'machinedeployments'),
  machineSet: namespaced(CAPI, 'MachineSet', 'machinesets'),
  machine: namespaced(CAPI, 'Machine', 'machines'),
  awsCluster: namespaced(CAPA, 'AWSCluster', 'awsclusters'),
  awsMachineTemplate: namespaced(CAPA, 'AWSMachineTemplate', 'awsmachinetemplates'),
  awsMachine: namespaced(CAPA, 'AWSMachine', 'awsmachines'),
  clusterVersion: {
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterVersion',
    plural: 'clusterversions',
    namespaced: false,
  },
  clusterOperator: {
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterOperator',
    plural: 'clusteroperators',
    namespaced: false,
  },
} as const satisfies Record<string, Kind>;

/** What the controllers of a management cluster watch. */
export const managementKinds: readonly Kind[] = [
  kinds.namespace,
  kinds.pod,
  kinds.secret,
  kinds.configMap,
  kinds.service,
  kinds.volumeClaim,
  kinds.deployment,
  kinds.statefulSet,
  kinds.route,
  kinds.hostedCluster,
  kinds.nodePool,
  kinds.hostedControlPlane,
  kinds.cluster,
  kinds.machineDeployment,
  kinds.machineSet,
  kinds.machine,
  kinds.awsCluster,
  kinds.awsMachineTemplate,
  kinds.awsMachine,
];
