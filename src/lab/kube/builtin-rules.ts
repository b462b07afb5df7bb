/*
 * Validation of built-in kinds: the rules clients and runbooks meet in practice (required parts, immutable
 * fields, selectors that must match). Messages follow k8s.io/kubernetes/pkg/apis.
 */
import { invalidValue } from './metadata-rules.ts';
import { isMap, listAt, mapAt, sameJson, stringAt, type Json, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import type { FieldError } from './status-error.ts';

type Rules = (object: KubeObject, old: KubeObject | undefined) => readonly FieldError[];

const rules: Readonly<Record<string, Rules>> = {
  'apps/deployments': workload,
  'apps/replicasets': workload,
  'apps/daemonsets': workload,
  'apps/statefulsets': (object, old) => [...workload(object, old), ...statefulSet(object, old)],
  '/pods': (object, old) =>
    old === undefined ? podSpec(object.spec, 'spec') : podUpdate(object, old),
  '/secrets': (object, old) => [
    ...immutableField(object, old, 'type'),
    ...immutableData(object, old, ['data', 'type']),
  ],
  '/configmaps': (object, old) => immutableData(object, old, ['data', 'binaryData']),
  '/services': (object, old) => service(object, old),
  'apiextensions.k8s.io/customresourcedefinitions': definition,
  '/persistentvolumeclaims': (object, old) => claim(object, old),
};

/** Every problem of a built-in object; `old` is what it would replace. */
export function builtinErrors(
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  return rules[type.storageKey]?.(object, old) ?? [];
}

function required(field: string, text = ''): FieldError {
  return {
    field,
    reason: 'FieldValueRequired',
    message: text === '' ? 'Required value' : `Required value: ${text}`,
  };
}

function immutable(field: string, value: Json | undefined): FieldError {
  return invalidValue(field, value ?? null, 'field is immutable');
}

function forbidden(field: string, text: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${text}` };
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
  errors.push(...podSpec(template?.['spec'], 'spec.template.spec'));
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
    forbidden(
      'spec',
      `updates to statefulset spec for fields other than ${allowed.slice(0, -1).join(', ')} and ${allowed.at(-1) ?? ''} are forbidden`,
    ),
  ];
}

function podSpec(spec: unknown, path: string): readonly FieldError[] {
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) return [required(`${path}.containers`)];
  return containers.flatMap((container, i) => [
    ...(stringAt(container, 'name') ? [] : [required(`${path}.containers[${i}].name`)]),
    ...(stringAt(container, 'image') ? [] : [required(`${path}.containers[${i}].image`)]),
  ]);
}

/** A pod's spec is fixed but for images, deadlines and added tolerations. */
function podUpdate(object: KubeObject, old: KubeObject): readonly FieldError[] {
  const fixed = (pod: KubeObject): Json => {
    const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...rest } = pod.spec ?? {};
    return {
      ...rest,
      containers: withoutImages(listAt(rest, 'containers')),
      initContainers: withoutImages(listAt(rest, 'initContainers')),
      nodeName: stringAt(old.spec, 'nodeName') === undefined ? '' : (rest['nodeName'] ?? ''),
    };
  };
  if (sameJson(fixed(object), fixed(old))) return [];
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}

function withoutImages(containers: readonly Json[]): Json[] {
  return containers.map((container) =>
    isMap(container) ? { ...container, image: '' } : container,
  );
}

function immutableField(
  object: KubeObject,
  old: KubeObject | undefined,
  field: string,
): readonly FieldError[] {
  if (old === undefined || sameJson(old[field], object[field])) return [];
  return [immutable(field, object[field])];
}

/** A ConfigMap or Secret marked immutable keeps its data, and the mark. */
function immutableData(
  object: KubeObject,
  old: KubeObject | undefined,
  fields: readonly string[],
): readonly FieldError[] {
  if (old?.['immutable'] !== true) return [];
  const changed = fields.filter((field) => !sameJson(old[field], object[field]));
  if (object['immutable'] !== true) changed.push('immutable');
  return changed.map((field) => forbidden(field, 'field is immutable when `immutable` is set'));
}

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
  const oldIP = stringAt(old?.spec, 'clusterIP');
  if (oldIP !== undefined && oldIP !== clusterIP && type !== 'ExternalName') {
    errors.push(immutable('spec.clusterIPs[0]', [clusterIP ?? '']));
  }
  return errors;
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
    if (mapAt(mapAt(version, 'schema'), 'openAPIV3Schema') === undefined) {
      errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
    }
  });
  return errors;
}

const claimMutable = new Set(['resources', 'volumeAttributesClassName']);

function claim(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  if (old === undefined) return [];
  const changed = Object.keys({ ...old.spec, ...object.spec }).filter(
    (field) =>
      !claimMutable.has(field) &&
      !sameJson(old.spec?.[field], object.spec?.[field]) &&
      !(field === 'volumeName' && old.spec?.['volumeName'] === undefined),
  );
  if (changed.length === 0) return [];
  return [
    forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  ];
}
