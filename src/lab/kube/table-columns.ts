/*
 * The columns of built-in kinds, as k8s.io/kubernetes/pkg/printers/internalversion prints them.
 */
import { ageText } from './age.ts';
import {
  accessModes,
  claimText,
  containersOf,
  desired,
  endpoints,
  externalIp,
  ingressAddresses,
  ingressHosts,
  jobStatus,
  labelsText,
  nodeRoles,
  nodeStatus,
  podReady,
  podStatus,
  replicasAt,
  restarts,
  servicePorts,
} from './table-cells.ts';
import {
  listAt,
  mapAt,
  numberAt,
  stringAt,
  textOf,
  type Json,
  type KubeObject,
} from './objects.ts';

/** One column and how its cell is made. Columns of priority 1 show with -o wide. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly priority?: number | undefined;
  cell(object: KubeObject, now: Date): Json;
}

const age: Column = {
  name: 'Age',
  type: 'string',
  cell: (object, now) => ageText(object.metadata.creationTimestamp, now),
};

/** The columns after Name. */
export function builtinColumns(storageKey: string): readonly Column[] {
  const own = columns[storageKey] ?? [];
  return own.includes(age) ? own : [...own, age];
}

function text(name: string, cell: (object: KubeObject, now: Date) => Json): Column {
  return { name, type: 'string', cell };
}

function wide(name: string, cell: (object: KubeObject) => Json): Column {
  return { name, type: 'string', priority: 1, cell };
}

function count(name: string, cell: (object: KubeObject) => Json): Column {
  return { name, type: 'integer', cell };
}

const none = '<none>';

const containersColumn = wide('Containers', (object) =>
  containersOf(object)
    .map((container) => stringAt(container, 'name') ?? '')
    .join(','),
);
const imagesColumn = wide('Images', (object) =>
  containersOf(object)
    .map((container) => stringAt(container, 'image') ?? '')
    .join(','),
);
const selectorColumn = wide('Selector', (object) =>
  labelsText(mapAt(mapAt(object.spec, 'selector'), 'matchLabels')),
);

const columns: Readonly<Record<string, readonly Column[]>> = {
  '/namespaces': [text('Status', (object) => stringAt(object.status, 'phase') ?? '')],
  '/nodes': [
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    age,
    text('Version', (object) => stringAt(mapAt(object.status, 'nodeInfo'), 'kubeletVersion') ?? ''),
  ],
  '/pods': [
    text('Ready', podReady),
    text('Status', podStatus),
    text('Restarts', (object) => String(restarts(object))),
    age,
    wide('IP', (object) => stringAt(object.status, 'podIP') ?? none),
    wide('Node', (object) => stringAt(object.spec, 'nodeName') ?? none),
    wide('Nominated Node', (object) => stringAt(object.status, 'nominatedNodeName') ?? none),
    wide('Readiness Gates', () => none),
  ],
  '/services': [
    text('Type', (object) => stringAt(object.spec, 'type') ?? ''),
    text('Cluster-IP', (object) => stringAt(object.spec, 'clusterIP') ?? none),
    text('External-IP', externalIp),
    text('Port(s)', servicePorts),
    age,
    wide('Selector', (object) => labelsText(mapAt(object.spec, 'selector'))),
  ],
  '/endpoints': [text('Endpoints', endpoints)],
  '/secrets': [
    text('Type', (object) => (object['type'] as string | undefined) ?? ''),
    count('Data', (object) => Object.keys(mapAt(object, 'data') ?? {}).length),
  ],
  '/configmaps': [
    count(
      'Data',
      (object) =>
        Object.keys(mapAt(object, 'data') ?? {}).length +
        Object.keys(mapAt(object, 'binaryData') ?? {}).length,
    ),
  ],
  '/serviceaccounts': [count('Secrets', (object) => listAt(object, 'secrets').length)],
  '/persistentvolumeclaims': [
    text('Status', (object) => stringAt(object.status, 'phase') ?? ''),
    text('Volume', (object) => stringAt(object.spec, 'volumeName') ?? ''),
    text('Capacity', (object) => stringAt(mapAt(object.status, 'capacity'), 'storage') ?? ''),
    text('Access Modes', accessModes),
    text('StorageClass', (object) => stringAt(object.spec, 'storageClassName') ?? ''),
  ],
  '/persistentvolumes': [
    text('Capacity', (object) => stringAt(mapAt(object.spec, 'capacity'), 'storage') ?? ''),
    text('Access Modes', accessModes),
    text('Reclaim Policy', (o) => stringAt(o.spec, 'persistentVolumeReclaimPolicy') ?? ''),
    text('Status', (object) => stringAt(object.status, 'phase') ?? ''),
    text('Claim', claimText),
    text('StorageClass', (object) => stringAt(object.spec, 'storageClassName') ?? ''),
  ],
  '/events': [
    text('Last Seen', (object, now) =>
      ageText(stringAt(object, 'lastTimestamp') ?? stringAt(object, 'eventTime'), now),
    ),
    text('Type', (object) => stringAt(object, 'type') ?? ''),
    text('Reason', (object) => stringAt(object, 'reason') ?? ''),
    text('Object', (object) => {
      const about = mapAt(object, 'involvedObject');
      return `${(stringAt(about, 'kind') ?? '').toLowerCase()}/${stringAt(about, 'name') ?? ''}`;
    }),
    text('Message', (object) => (stringAt(object, 'message') ?? '').trim()),
  ],
  'apps/deployments': [
    text('Ready', (object) => `${replicasAt(object, 'readyReplicas')}/${desired(object)}`),
    count('Up-to-date', (object) => replicasAt(object, 'updatedReplicas')),
    count('Available', (object) => replicasAt(object, 'availableReplicas')),
    age,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
  'apps/statefulsets': [
    text('Ready', (object) => `${replicasAt(object, 'readyReplicas')}/${desired(object)}`),
    age,
    containersColumn,
    imagesColumn,
  ],
  'apps/replicasets': [
    count('Desired', desired),
    count('Current', (object) => replicasAt(object, 'replicas')),
    count('Ready', (object) => replicasAt(object, 'readyReplicas')),
    age,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
  'apps/daemonsets': [
    count('Desired', (object) => replicasAt(object, 'desiredNumberScheduled')),
    count('Current', (object) => replicasAt(object, 'currentNumberScheduled')),
    count('Ready', (object) => replicasAt(object, 'numberReady')),
    count('Up-to-date', (object) => replicasAt(object, 'updatedNumberScheduled')),
    count('Available', (object) => replicasAt(object, 'numberAvailable')),
  ],
  'batch/jobs': [
    text('Status', jobStatus),
    text('Completions', (object) => {
      const wanted = numberAt(object.spec, 'completions') ?? 1;
      return `${numberAt(object.status, 'succeeded') ?? 0}/${wanted}`;
    }),
  ],
  'batch/cronjobs': [
    text('Schedule', (object) => stringAt(object.spec, 'schedule') ?? ''),
    text('Suspend', (object) => (object.spec?.['suspend'] === true ? 'True' : 'False')),
    count('Active', (object) => listAt(object.status, 'active').length),
  ],
  'networking.k8s.io/ingresses': [
    text('Class', (object) => stringAt(object.spec, 'ingressClassName') ?? none),
    text('Hosts', ingressHosts),
    text('Address', ingressAddresses),
    text('Ports', (object) => (listAt(object.spec, 'tls').length > 0 ? '80, 443' : '80')),
  ],
  'policy/poddisruptionbudgets': [
    text('Min Available', (object) => textOf(object.spec?.['minAvailable'] ?? 'N/A')),
    text('Max Unavailable', (object) => textOf(object.spec?.['maxUnavailable'] ?? 'N/A')),
    count('Allowed Disruptions', (object) => numberAt(object.status, 'disruptionsAllowed') ?? 0),
  ],
  'coordination.k8s.io/leases': [
    text('Holder', (object) => stringAt(object.spec, 'holderIdentity') ?? ''),
  ],
  'storage.k8s.io/storageclasses': [
    text('Provisioner', (object) => stringAt(object, 'provisioner') ?? ''),
  ],
  'apiextensions.k8s.io/customresourcedefinitions': [
    text('Created At', (object) => object.metadata.creationTimestamp ?? ''),
  ],
};
