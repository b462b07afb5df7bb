/*
 * The merge rules of the built-in kinds: the patchMergeKey, x-kubernetes-list-type, list-map-keys and
 * map-type marks of the Kubernetes API types (k8s.io/api), for the fields where they differ from the
 * default (lists replaced whole, maps merged field by field).
 */

/** The rules of one field. */
export interface FieldRule {
  /** patchMergeKey; '' for a list of primitives with patchStrategy merge. */
  readonly merge?: string;
  /** list-map-keys of a list of type map. */
  readonly keys?: readonly string[];
  readonly keyDefaults?: Readonly<Record<string, string>>;
  /** A list of type set. */
  readonly set?: boolean;
  /** The items of a list are of type atomic. */
  readonly atomicItems?: boolean;
  /** A map of type atomic. */
  readonly atomicMap?: boolean;
}

const byName: FieldRule = { merge: 'name', keys: ['name'] };
const byType: FieldRule = { merge: 'type', keys: ['type'] };
const containerPorts: FieldRule = {
  merge: 'containerPort',
  keys: ['containerPort', 'protocol'],
  keyDefaults: { protocol: 'TCP' },
};
const atomicMap: FieldRule = { atomicMap: true };

/** "Kind:parent.field", then "parent.field", then "field": the first that is there counts. */
const rules = new Map<string, FieldRule>(
  Object.entries({
    'metadata.ownerReferences': { merge: 'uid', keys: ['uid'], atomicItems: true },
    'metadata.finalizers': { merge: '', set: true },
    containers: byName,
    initContainers: byName,
    ephemeralContainers: byName,
    volumes: byName,
    env: byName,
    imagePullSecrets: byName,
    resourceClaims: byName,
    schedulingGates: byName,
    webhooks: byName,
    'resources.claims': byName,
    'ServiceAccount:ServiceAccount.secrets': byName,
    'containers.ports': containerPorts,
    'initContainers.ports': containerPorts,
    'ephemeralContainers.ports': containerPorts,
    'Service:spec.ports': {
      merge: 'port',
      keys: ['port', 'protocol'],
      keyDefaults: { protocol: 'TCP' },
    },
    volumeMounts: { merge: 'mountPath', keys: ['mountPath'] },
    volumeDevices: { merge: 'devicePath', keys: ['devicePath'] },
    hostAliases: { merge: 'ip', keys: ['ip'] },
    topologySpreadConstraints: {
      merge: 'topologyKey',
      keys: ['topologyKey', 'whenUnsatisfiable'],
    },
    'status.conditions': byType,
    'Node:status.addresses': byType,
    'Node:spec.podCIDRs': { merge: '', set: true },
    'Node:spec.taints': { merge: 'key' },
    'status.podIPs': { merge: 'ip', keys: ['ip'] },
    'status.hostIPs': { merge: 'ip', keys: ['ip'] },
    'Namespace:spec.finalizers': {},
    selector: atomicMap,
    labelSelector: atomicMap,
    podSelector: atomicMap,
    namespaceSelector: atomicMap,
    objectSelector: atomicMap,
    nodeSelector: atomicMap,
    secretKeyRef: atomicMap,
    configMapKeyRef: atomicMap,
    fieldRef: atomicMap,
    resourceFieldRef: atomicMap,
    secretRef: atomicMap,
    claimRef: atomicMap,
    roleRef: atomicMap,
    involvedObject: atomicMap,
    scaleTargetRef: atomicMap,
    dataSource: atomicMap,
  } satisfies Record<string, FieldRule>),
);

const noRule: FieldRule = {};

/** The rule of a field below `parent` (the nearest named field above, or the kind at the top). */
export function builtinField(kind: string, parent: string, field: string): FieldRule {
  return (
    rules.get(`${kind}:${parent}.${field}`) ??
    rules.get(`${parent}.${field}`) ??
    rules.get(field) ??
    noRule
  );
}
