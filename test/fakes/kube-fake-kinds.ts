// The kinds that the fake API server serves, as discovery would tell them.

export interface FakeKind {
  readonly group: string;
  /** The preferred version first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const core = (kind: string, plural: string, namespaced = true): FakeKind => ({
  group: '',
  versions: ['v1'],
  kind,
  plural,
  namespaced,
});

const custom = (group: string, versions: readonly string[], kind: string): FakeKind => ({
  group,
  versions,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
});

export const defaultKinds: readonly FakeKind[] = [
  core('Namespace', 'namespaces', false),
  core('Node', 'nodes', false),
  core('Pod', 'pods'),
  core('Secret', 'secrets'),
  core('ConfigMap', 'configmaps'),
  core('Service', 'services'),
  core('ServiceAccount', 'serviceaccounts'),
  core('PersistentVolumeClaim', 'persistentvolumeclaims'),
  custom('apps', ['v1'], 'Deployment'),
  custom('apps', ['v1'], 'StatefulSet'),
  custom('apps', ['v1'], 'ReplicaSet'),
  custom('route.openshift.io', ['v1'], 'Route'),
  custom('hypershift.openshift.io', ['v1beta1'], 'HostedCluster'),
  custom('hypershift.openshift.io', ['v1beta1'], 'NodePool'),
  custom('hypershift.openshift.io', ['v1beta1'], 'HostedControlPlane'),
  custom('cluster.x-k8s.io', ['v1beta2', 'v1beta1'], 'Cluster'),
  custom('cluster.x-k8s.io', ['v1beta2', 'v1beta1'], 'MachineDeployment'),
  custom('cluster.x-k8s.io', ['v1beta2', 'v1beta1'], 'MachineSet'),
  custom('cluster.x-k8s.io', ['v1beta2', 'v1beta1'], 'Machine'),
  custom('infrastructure.cluster.x-k8s.io', ['v1beta2'], 'AWSCluster'),
  custom('infrastructure.cluster.x-k8s.io', ['v1beta2'], 'AWSMachine'),
  custom('infrastructure.cluster.x-k8s.io', ['v1beta2'], 'AWSMachineTemplate'),
];

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function joinApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
