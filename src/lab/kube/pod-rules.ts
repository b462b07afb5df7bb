/*
 * Validation of pods and pod templates: what a restored workload may get wrong and a real server refuses.
 */
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundValue,
  oneOf,
  portErrors,
  required,
} from './field-errors.ts';
import { dnsLabel, labelText } from './metadata-rules.ts';
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
import { compareQuantities } from './quantity.ts';
import type { FieldError } from './status-error.ts';

/** `path` is where the spec stands in its object. */
export function podSpecErrors(spec: unknown, path: string): readonly FieldError[] {
  const volumes = listAt(spec, 'volumes');
  const names = new Set(volumes.map((volume) => stringAt(volume, 'name')));
  const containers = listAt(spec, 'containers');
  return [
    ...volumeErrors(volumes, `${path}.volumes`),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containerErrors(containers, names, `${path}.containers`),
    ...containerErrors(listAt(spec, 'initContainers'), names, `${path}.initContainers`),
    ...oneOf(`${path}.restartPolicy`, stringAt(spec, 'restartPolicy'), restartPolicies),
  ];
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];

function volumeErrors(volumes: readonly Json[], path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return volumes.flatMap((volume, i) => {
    const at = `${path}[${i}]`;
    const secret = mapAt(volume, 'secret');
    const configMap = mapAt(volume, 'configMap');
    return [
      ...nameErrors(stringAt(volume, 'name') ?? '', `${at}.name`, seen),
      ...(secret !== undefined && !stringAt(secret, 'secretName')
        ? [required(`${at}.secret.secretName`)]
        : []),
      ...(configMap !== undefined && !stringAt(configMap, 'name')
        ? [required(`${at}.configMap.name`)]
        : []),
    ];
  });
}

function containerErrors(
  containers: readonly Json[],
  volumes: ReadonlySet<string | undefined>,
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, i) => {
    const at = `${path}[${i}]`;
    return [
      ...nameErrors(stringAt(container, 'name') ?? '', `${at}.name`, seen),
      ...(stringAt(container, 'image') ? [] : [required(`${at}.image`)]),
      ...listAt(container, 'ports').flatMap((port, n) => [
        ...portErrors(`${at}.ports[${n}].containerPort`, isMap(port) ? port['containerPort'] : 0),
        ...oneOf(`${at}.ports[${n}].protocol`, stringAt(port, 'protocol'), protocols),
      ]),
      ...listAt(container, 'env').flatMap((variable, n) =>
        stringAt(variable, 'name') ? [] : [required(`${at}.env[${n}].name`)],
      ),
      ...mountErrors(listAt(container, 'volumeMounts'), volumes, `${at}.volumeMounts`),
      ...probeErrors(container, at),
      ...oneOf(`${at}.imagePullPolicy`, stringAt(container, 'imagePullPolicy'), pullPolicies),
      ...resourceErrors(mapAt(container, 'resources'), `${at}.resources`),
    ];
  });
}

function nameErrors(name: string, field: string, seen: Set<string>): readonly FieldError[] {
  if (name === '') return [required(field)];
  if (!dnsLabel.test(name)) return [invalidValue(field, name, labelText)];
  if (seen.has(name)) return [duplicate(field, name)];
  seen.add(name);
  return [];
}

function mountErrors(
  mounts: readonly Json[],
  volumes: ReadonlySet<string | undefined>,
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return mounts.flatMap((mount, i) => {
    const name = stringAt(mount, 'name') ?? '';
    const mountPath = stringAt(mount, 'mountPath') ?? '';
    const isTwice = seen.has(mountPath);
    seen.add(mountPath);
    return [
      ...(name === '' ? [required(`${path}[${i}].name`)] : []),
      ...(name !== '' && !volumes.has(name) ? [notFoundValue(`${path}[${i}].name`, name)] : []),
      ...(mountPath === '' ? [required(`${path}[${i}].mountPath`)] : []),
      ...(isTwice && mountPath !== ''
        ? [invalidValue(`${path}[${i}].mountPath`, mountPath, 'must be unique')]
        : []),
    ];
  });
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

function probeErrors(container: Json, path: string): readonly FieldError[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((kind) => {
    const probe = mapAt(container, kind);
    if (probe === undefined || handlers.some((handler) => probe[handler] !== undefined)) return [];
    return [required(`${path}.${kind}`, 'must specify a handler type')];
  });
}

function resourceErrors(
  resources: Readonly<Record<string, Json>> | undefined,
  path: string,
): readonly FieldError[] {
  const limits = mapAt(resources, 'limits') ?? {};
  return Object.entries(mapAt(resources, 'requests') ?? {}).flatMap(([name, wanted]) => {
    const limit = limits[name];
    if (limit === undefined || compareQuantities(wanted, limit) <= 0) return [];
    const text = `must be less than or equal to ${name} limit`;
    return [invalidValue(`${path}.requests`, textOf(wanted), text)];
  });
}

/** A pod's spec is fixed but for images, deadlines and added tolerations. */
export function podUpdateErrors(object: KubeObject, old: KubeObject): readonly FieldError[] {
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
    forbiddenField(
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
