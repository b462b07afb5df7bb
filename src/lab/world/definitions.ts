// The custom resources that the lab's servers know: its own small definitions with the names of the real ones, and of
// their rules only those that decide whether a recovery works.

export interface ResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly cluster?: true;
  readonly scale?: true;
  readonly spec?: Record<string, unknown>;
}

const FREE = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** At most one, https or s3, 1024 characters, settable only at creation. */
const RESTORE_URL = {
  type: 'array',
  maxItems: 1,
  items: { type: 'string', maxLength: 1024, pattern: '^(https|s3)://.*' },
  'x-kubernetes-list-type': 'set',
  'x-kubernetes-validations': [
    { rule: 'self == oldSelf', message: 'restoreSnapshotURL is immutable' },
  ],
};

const ETCD = {
  ...FREE,
  properties: {
    managed: {
      ...FREE,
      properties: { storage: { ...FREE, properties: { restoreSnapshotURL: RESTORE_URL } } },
    },
  },
  // A field that was or is absent has no value to be compared with: that it stays so needs a rule of its own.
  'x-kubernetes-validations': [
    {
      rule: '(has(self.managed) && has(self.managed.storage) && has(self.managed.storage.restoreSnapshotURL)) == (has(oldSelf.managed) && has(oldSelf.managed.storage) && has(oldSelf.managed.storage.restoreSnapshotURL))',
      message: 'restoreSnapshotURL can be set only at creation, and stays',
    },
  ],
};

/** Also matches a date without its zone, which then does not pause. */
const PAUSED_UNTIL = {
  type: 'string',
  minLength: 4,
  maxLength: 35,
  pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*|true|false|True|False)$',
};

const INFRA_ID = {
  type: 'string',
  'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'infraID is immutable' }],
};

const HYPERSHIFT = { group: 'hypershift.openshift.io', version: 'v1beta1' };
const CAPI = { group: 'cluster.x-k8s.io', version: 'v1beta1' };
const CAPA = { group: 'infrastructure.cluster.x-k8s.io', version: 'v1beta2' };

const management: readonly Definition[] = [
  {
    ...HYPERSHIFT,
    kind: 'HostedCluster',
    plural: 'hostedclusters',
    shortNames: ['hc', 'hcs'],
    spec: { ...FREE, properties: { pausedUntil: PAUSED_UNTIL, etcd: ETCD, infraID: INFRA_ID } },
  },
  {
    ...HYPERSHIFT,
    kind: 'NodePool',
    plural: 'nodepools',
    shortNames: ['np', 'nps'],
    scale: true,
    spec: { ...FREE, properties: { pausedUntil: PAUSED_UNTIL, clusterName: { type: 'string' } } },
  },
  {
    ...HYPERSHIFT,
    kind: 'HostedControlPlane',
    plural: 'hostedcontrolplanes',
    shortNames: ['hcp', 'hcps'],
    spec: { ...FREE, properties: { pausedUntil: { type: 'string', maxLength: 255 }, etcd: ETCD } },
  },
  { ...CAPI, kind: 'Cluster', plural: 'clusters', shortNames: ['cl'] },
  {
    ...CAPI,
    kind: 'MachineDeployment',
    plural: 'machinedeployments',
    shortNames: ['md'],
    scale: true,
  },
  { ...CAPI, kind: 'MachineSet', plural: 'machinesets', shortNames: ['ms'], scale: true },
  { ...CAPI, kind: 'Machine', plural: 'machines', shortNames: ['ma'] },
  { ...CAPA, kind: 'AWSCluster', plural: 'awsclusters', shortNames: ['awsc'] },
  { ...CAPA, kind: 'AWSMachineTemplate', plural: 'awsmachinetemplates', shortNames: ['awsmt'] },
  { ...CAPA, kind: 'AWSMachine', plural: 'awsmachines', shortNames: ['awsm'] },
  { group: 'route.openshift.io', version: 'v1', kind: 'Route', plural: 'routes' },
];

const CONFIG = { group: 'config.openshift.io', version: 'v1', cluster: true as const };

const hosted: readonly Definition[] = [
  { ...CONFIG, kind: 'ClusterVersion', plural: 'clusterversions' },
  { ...CONFIG, kind: 'ClusterOperator', plural: 'clusteroperators', shortNames: ['co'] },
];

export function managementDefinitions(): readonly ResourceDefinition[] {
  return management.map(definitionOf);
}

export function hostedDefinitions(): readonly ResourceDefinition[] {
  return hosted.map(definitionOf);
}

function definitionOf(entry: Definition): ResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${entry.plural}.${entry.group}` },
    spec: {
      group: entry.group,
      scope: entry.cluster === true ? 'Cluster' : 'Namespaced',
      names: {
        kind: entry.kind,
        listKind: `${entry.kind}List`,
        plural: entry.plural,
        singular: entry.kind.toLowerCase(),
        ...(entry.shortNames === undefined ? {} : { shortNames: entry.shortNames }),
      },
      versions: [
        {
          name: entry.version,
          served: true,
          storage: true,
          subresources: {
            status: {},
            ...(entry.scale === true
              ? {
                  scale: {
                    specReplicasPath: '.spec.replicas',
                    statusReplicasPath: '.status.replicas',
                  },
                }
              : {}),
          },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: entry.spec ?? FREE, status: FREE },
            },
          },
        },
      ],
    },
  };
}
