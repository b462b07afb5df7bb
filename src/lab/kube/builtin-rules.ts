/*
 * Validation of built-in kinds: the rules clients and runbooks meet in practice (required parts, immutable
 * fields, selectors that must match). Messages follow k8s.io/kubernetes/pkg/apis.
 */
import { ruleProblems } from './cel-rules.ts';
import { configMapErrors, secretErrors } from './data-rules.ts';
import {
  duplicate,
  forbiddenField,
  immutable,
  invalidValue,
  notSupported,
  oneOf,
  portErrors,
  required,
} from './field-errors.ts';
import {
  isMap,
  listAt,
  mapAt,
  sameJson,
  stringAt,
  textOf,
  type Json,
  type KubeObject,
} from './objects.ts';
import { podSpecErrors, podUpdateErrors } from './pod-rules.ts';
import type { ResourceType } from './resource-type.ts';
import type { FieldError } from './status-error.ts';

type Rules = (object: KubeObject, old: KubeObject | undefined) => readonly FieldError[];

const rules: Readonly<Record<string, Rules>> = {
  'apps/deployments': workload,
  'apps/replicasets': workload,
  'apps/daemonsets': workload,
  'apps/statefulsets': (object, old) => [...workload(object, old), ...statefulSet(object, old)],
  '/pods': (object, old) =>
    old === undefined ? podSpecErrors(object.spec, 'spec') : podUpdateErrors(object, old),
  '/secrets': secretErrors,
  '/configmaps': configMapErrors,
  '/services': service,
  'apiextensions.k8s.io/customresourcedefinitions': definition,
  '/persistentvolumeclaims': claim,
};

/** Every problem of a built-in object; `old` is what it would replace. */
export function builtinErrors(
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  return rules[type.storageKey]?.(object, old) ?? [];
}

function workload(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  const selector = mapAt(object.spec, 'selector');
  const template = mapAt(object.spec, 'template');
  const labels = mapAt(mapAt(template, 'metadata'), 'labels') ?? {};
  const errors: FieldError[] = [];
  if (selector === undefined) errors.push(required('spec.selector'));
  const matchLabels = mapAt(selector, 'matchLabels') ?? {};
  if (Object.entries(matchLabels).some(([key, value]) => labels[key] !== value)) {
    errors.push(
      invalidValue(
        'spec.template.metadata.labels',
        labels,
        '`selector` does not match template `labels`',
      ),
    );
  }
  const replicas = object.spec?.['replicas'];
  if (typeof replicas === 'number' && replicas < 0) {
    errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  // The volumes of a StatefulSet's pods are partly its claims; real servers leave its pods to be judged one by one.
  if (object.kind !== 'StatefulSet') {
    errors.push(...podSpecErrors(template?.['spec'], 'spec.template.spec'));
  }
  errors.push(...alwaysRestarted(template?.['spec']));
  if (old !== undefined && !sameJson(old.spec?.['selector'], selector)) {
    errors.push(immutable('spec.selector', selector));
  }
  return errors;
}

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSet(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  if (old === undefined) return [];
  const fixed = (from: KubeObject): Json =>
    Object.fromEntries(
      Object.entries(from.spec ?? {}).filter(([key]) => !statefulSetMutable.includes(key)),
    );
  if (sameJson(fixed(object), fixed(old))) return [];
  const allowed = statefulSetMutable.map((field) => `'${field}'`);
  return [
    forbiddenField(
      'spec',
      `updates to statefulset spec for fields other than ${allowed.slice(0, -1).join(', ')} and ${allowed.at(-1) ?? ''} are forbidden`,
    ),
  ];
}

/** Only jobs may let their pods end. */
function alwaysRestarted(spec: Json | undefined): readonly FieldError[] {
  const policy = stringAt(spec, 'restartPolicy');
  if (policy === undefined || policy === 'Always') return [];
  return [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])];
}

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function service(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  const type = stringAt(object.spec, 'type');
  const clusterIP = stringAt(object.spec, 'clusterIP');
  const errors: FieldError[] = [];
  if (
    type !== 'ExternalName' &&
    clusterIP !== 'None' &&
    listAt(object.spec, 'ports').length === 0
  ) {
    errors.push(required('spec.ports'));
  }
  errors.push(...oneOf('spec.type', type, serviceTypes), ...servicePorts(object));
  const oldIP = stringAt(old?.spec, 'clusterIP');
  if (oldIP !== undefined && oldIP !== clusterIP && type !== 'ExternalName') {
    errors.push(immutable('spec.clusterIPs[0]', [clusterIP ?? '']));
  }
  return errors;
}

function servicePorts(object: KubeObject): readonly FieldError[] {
  const ports = listAt(object.spec, 'ports').filter(isMap);
  const seen = new Set<string>();
  return ports.flatMap((port, i) => {
    const path = `spec.ports[${i}]`;
    const name = stringAt(port, 'name') ?? '';
    const key = `${stringAt(port, 'protocol') ?? 'TCP'}/${textOf(port['port'])}`;
    const isTwice = seen.has(key) || (name !== '' && seen.has(name));
    seen.add(key).add(name);
    return [
      ...(name === '' && ports.length > 1 ? [required(`${path}.name`)] : []),
      ...portErrors(`${path}.port`, port['port']),
      ...(isTwice ? [duplicate(path, port)] : []),
    ];
  });
}

function definition(crd: KubeObject): readonly FieldError[] {
  const { name } = crd.metadata;
  const names = mapAt(crd.spec, 'names');
  const expected = `${stringAt(names, 'plural') ?? ''}.${stringAt(crd.spec, 'group') ?? ''}`;
  const versions = listAt(crd.spec, 'versions').filter(isMap);
  const errors: FieldError[] = [];
  if (name !== expected) {
    const text = `must be spec.names.plural+"."+spec.group`;
    errors.push(invalidValue('metadata.name', name, text));
  }
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    const text = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', versions, text));
  }
  versions.forEach((version, i) => {
    const path = `spec.versions[${i}].schema.openAPIV3Schema`;
    const schema = mapAt(mapAt(version, 'schema'), 'openAPIV3Schema');
    if (schema === undefined) errors.push(required(path, 'schemas are required'));
    else errors.push(...ruleProblems(schema, path));
  });
  return errors;
}

const claimMutable = new Set(['resources', 'volumeAttributesClassName']);

function claim(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  if (old === undefined) return newClaim(object);
  const changed = Object.keys({ ...old.spec, ...object.spec }).filter(
    (field) =>
      !claimMutable.has(field) &&
      !sameJson(old.spec?.[field], object.spec?.[field]) &&
      !(field === 'volumeName' && old.spec?.['volumeName'] === undefined),
  );
  if (changed.length === 0) return [];
  return [
    forbiddenField(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  ];
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function newClaim(object: KubeObject): readonly FieldError[] {
  const modes = listAt(object.spec, 'accessModes');
  const requests = mapAt(mapAt(object.spec, 'resources'), 'requests');
  return [
    ...(modes.length === 0
      ? [required('spec.accessModes', 'at least 1 access mode is required')]
      : []),
    ...modes.flatMap((mode) => oneOf('spec.accessModes', textOf(mode), accessModes)),
    ...(requests?.['storage'] === undefined ? [required('spec.resources[storage]')] : []),
  ];
}
