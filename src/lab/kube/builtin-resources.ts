/*
 * The built-in kinds the server has without any CustomResourceDefinition, with the names, short names and
 * subresources a real API server lists for them.
 */
import { storageKeyOf, type ResourceType, type ScalePaths } from './resource-type.ts';

interface Row {
  readonly kind: string;
  readonly plural?: string;
  readonly short?: readonly string[];
  readonly cluster?: true;
  readonly status?: true;
  readonly generation?: true;
  readonly all?: true;
  readonly scale?: ScalePaths;
  readonly review?: true;
}

const replicas: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
};

const rows: Readonly<Record<string, readonly Row[]>> = {
  v1: [
    { kind: 'Namespace', short: ['ns'], cluster: true, status: true },
    { kind: 'Node', short: ['no'], cluster: true, status: true },
    { kind: 'Pod', short: ['po'], status: true, all: true },
    { kind: 'Service', short: ['svc'], status: true, all: true },
    { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
    { kind: 'Secret' },
    { kind: 'ConfigMap', short: ['cm'] },
    { kind: 'ServiceAccount', short: ['sa'] },
    { kind: 'PersistentVolume', short: ['pv'], cluster: true, status: true },
    { kind: 'PersistentVolumeClaim', short: ['pvc'], status: true },
    { kind: 'ReplicationController', short: ['rc'], status: true, generation: true, all: true },
    { kind: 'ResourceQuota', short: ['quota'], status: true },
    { kind: 'LimitRange', short: ['limits'] },
    { kind: 'Event', short: ['ev'] },
  ],
  'apps/v1': [
    {
      kind: 'Deployment',
      short: ['deploy'],
      status: true,
      generation: true,
      all: true,
      scale: replicas,
    },
    {
      kind: 'StatefulSet',
      short: ['sts'],
      status: true,
      generation: true,
      all: true,
      scale: replicas,
    },
    {
      kind: 'ReplicaSet',
      short: ['rs'],
      status: true,
      generation: true,
      all: true,
      scale: replicas,
    },
    { kind: 'DaemonSet', short: ['ds'], status: true, generation: true, all: true },
    { kind: 'ControllerRevision' },
  ],
  'batch/v1': [
    { kind: 'Job', status: true, generation: true, all: true },
    { kind: 'CronJob', short: ['cj'], status: true, generation: true, all: true },
  ],
  'autoscaling/v2': [{ kind: 'HorizontalPodAutoscaler', short: ['hpa'], status: true, all: true }],
  'coordination.k8s.io/v1': [{ kind: 'Lease' }],
  'discovery.k8s.io/v1': [{ kind: 'EndpointSlice' }],
  'events.k8s.io/v1': [{ kind: 'Event', short: ['ev'] }],
  'rbac.authorization.k8s.io/v1': [
    { kind: 'Role' },
    { kind: 'RoleBinding' },
    { kind: 'ClusterRole', cluster: true },
    { kind: 'ClusterRoleBinding', cluster: true },
  ],
  'storage.k8s.io/v1': [
    { kind: 'StorageClass', plural: 'storageclasses', short: ['sc'], cluster: true },
    { kind: 'VolumeAttachment', cluster: true, status: true },
    { kind: 'CSIDriver', cluster: true },
    { kind: 'CSINode', cluster: true },
  ],
  'networking.k8s.io/v1': [
    { kind: 'Ingress', plural: 'ingresses', short: ['ing'], status: true, generation: true },
    { kind: 'IngressClass', plural: 'ingressclasses', cluster: true, generation: true },
    { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], generation: true },
  ],
  'policy/v1': [{ kind: 'PodDisruptionBudget', short: ['pdb'], status: true, generation: true }],
  'scheduling.k8s.io/v1': [
    { kind: 'PriorityClass', plural: 'priorityclasses', short: ['pc'], cluster: true },
  ],
  'admissionregistration.k8s.io/v1': [
    { kind: 'MutatingWebhookConfiguration', cluster: true, generation: true },
    { kind: 'ValidatingWebhookConfiguration', cluster: true, generation: true },
  ],
  'apiregistration.k8s.io/v1': [{ kind: 'APIService', cluster: true, status: true }],
  'apiextensions.k8s.io/v1': [
    {
      kind: 'CustomResourceDefinition',
      short: ['crd', 'crds'],
      cluster: true,
      status: true,
      generation: true,
    },
  ],
  'authentication.k8s.io/v1': [
    { kind: 'SelfSubjectReview', cluster: true, review: true },
    { kind: 'TokenReview', cluster: true, review: true },
  ],
  'authorization.k8s.io/v1': [
    { kind: 'SelfSubjectAccessReview', cluster: true, review: true },
    { kind: 'SelfSubjectRulesReview', cluster: true, review: true },
    { kind: 'SubjectAccessReview', cluster: true, review: true },
    { kind: 'LocalSubjectAccessReview', review: true },
  ],
};

/** Every built-in resource. */
export const builtinResources: readonly ResourceType[] = Object.entries(rows).flatMap(
  ([apiVersion, kinds]) => kinds.map((row) => resourceType(apiVersion, row)),
);

function resourceType(apiVersion: string, row: Row): ResourceType {
  const [group, version] = apiVersion.includes('/')
    ? (apiVersion.split('/') as [string, string])
    : (['', apiVersion] as const);
  const singular = row.kind.toLowerCase();
  const plural = row.plural ?? `${singular}s`;
  return {
    group,
    version,
    kind: row.kind,
    listKind: `${row.kind}List`,
    plural,
    singular,
    namespaced: row.cluster !== true,
    shortNames: row.short ?? [],
    categories: categories(row),
    storageKey: storageKeyOf(row.kind === 'Event' ? '' : group, plural),
    storageVersion: version,
    builtin: true,
    hasStatus: row.status === true,
    hasGeneration: row.generation === true,
    scale: row.scale,
    review: row.review === true,
  };
}

function categories(row: Row): readonly string[] {
  if (row.all === true) return ['all'];
  return row.kind === 'CustomResourceDefinition' ? ['api-extensions'] : [];
}
