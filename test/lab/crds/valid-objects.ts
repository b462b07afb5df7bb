// A valid object of each kind that matters, small enough to be changed in every way that there is.

import type { JsonObject } from '../../../src/lab/kube/objects.ts';

export interface ValidObject {
  /** The collection below /apis/…/namespaces/default. */
  readonly path: string;
  readonly object: JsonObject;
}

function of(apiVersion: string, kind: string, spec: JsonObject): ValidObject {
  return {
    path: `/apis/${apiVersion}/namespaces/default/${kind.toLowerCase()}s`,
    object: { apiVersion, kind, metadata: { name: 'one' }, spec },
  };
}

const arn = 'arn:aws:iam::123456789012:role/x';
const machine: JsonObject = {
  clusterName: 'c',
  version: '4.18.0',
  nodeDrainTimeout: '10s',
  bootstrap: { dataSecretName: 'user-data' },
  infrastructureRef: {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
    kind: 'AWSMachineTemplate',
    name: 'template',
    namespace: 'default',
  },
};

export const validObjects: readonly ValidObject[] = [
  of('hypershift.openshift.io/v1beta1', 'HostedCluster', {
    infraID: 'one-abc',
    clusterID: '01234567-89ab-cdef-0123-456789abcdef',
    release: { image: 'quay.io/openshift-release-dev/ocp-release:4.18.0-x86_64' },
    controllerAvailabilityPolicy: 'SingleReplica',
    dns: { baseDomain: 'example.com', publicZoneID: 'Z1' },
    platform: {
      type: 'AWS',
      aws: {
        region: 'us-west-1',
        multiArch: false,
        resourceTags: [{ key: 'a', value: 'b' }],
        rolesRef: {
          controlPlaneOperatorARN: arn,
          imageRegistryARN: arn,
          ingressARN: arn,
          kubeCloudControllerARN: arn,
          networkARN: arn,
          nodePoolManagementARN: arn,
          storageARN: arn,
        },
      },
    },
    pullSecret: { name: 'pull' },
    sshKey: { name: 'ssh' },
    services: [
      {
        service: 'APIServer',
        servicePublishingStrategy: { type: 'Route', route: { hostname: 'api.example.com' } },
      },
    ],
    etcd: {
      managementType: 'Managed',
      managed: {
        storage: {
          type: 'PersistentVolume',
          persistentVolume: { size: '8Gi' },
          restoreSnapshotURL: ['https://example.com/snapshot'],
        },
      },
    },
    networking: { clusterNetwork: [{ cidr: '10.132.0.0/14', hostPrefix: 23 }] },
    nodeSelector: { role: 'infra' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
  }),
  of('hypershift.openshift.io/v1beta1', 'NodePool', {
    clusterName: 'one',
    replicas: 2,
    release: { image: 'quay.io/openshift-release-dev/ocp-release:4.18.0-x86_64' },
    management: {
      upgradeType: 'Replace',
      autoRepair: false,
      replace: { strategy: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    },
    platform: {
      type: 'AWS',
      aws: {
        instanceType: 'm5.large',
        subnet: { id: 'subnet-1' },
        rootVolume: { size: 120, type: 'gp3' },
      },
    },
    taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }],
  }),
  of('cluster.x-k8s.io/v1beta1', 'Cluster', {
    paused: true,
    controlPlaneEndpoint: { host: 'api.example.com', port: 6443 },
    infrastructureRef: {
      apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
      kind: 'AWSCluster',
    },
  }),
  of('cluster.x-k8s.io/v1beta1', 'MachineDeployment', {
    clusterName: 'c',
    replicas: 2,
    selector: { matchLabels: { a: 'b' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '0%' } },
    template: { metadata: { labels: { a: 'b' } }, spec: machine },
  }),
  of('cluster.x-k8s.io/v1beta1', 'Machine', { ...machine, providerID: 'aws:///us-west-1a/i-1' }),
  of('infrastructure.cluster.x-k8s.io/v1beta2', 'AWSMachine', {
    instanceType: 'm5.large',
    ami: { id: 'ami-1' },
    instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
    rootVolume: { size: 120, encrypted: true },
    subnet: { filters: [{ name: 'tag', values: ['a'] }] },
  }),
  of('infrastructure.cluster.x-k8s.io/v1beta2', 'AWSCluster', {
    region: 'us-west-1',
    network: { vpc: { id: 'vpc-1' }, subnets: [{ id: 'subnet-1', isPublic: true }] },
  }),
];
