/*
 * What the cells of built-in kinds' tables say, worked out as kubectl's printers do.
 */
import {
  isMap,
  listAt,
  mapAt,
  numberAt,
  stringAt,
  textOf,
  type Json,
  type KubeObject,
} from './objects.ts';

const none = '<none>';

export function containersOf(object: KubeObject): readonly Json[] {
  return listAt(mapAt(mapAt(object.spec, 'template'), 'spec'), 'containers');
}

export function labelsText(labels: unknown): string {
  const pairs = Object.entries(isMap(labels) ? labels : {});
  return pairs.length === 0
    ? none
    : pairs.map(([key, value]) => `${key}=${textOf(value)}`).join(',');
}

export function replicasAt(object: KubeObject, field: string): number {
  return numberAt(object.status, field) ?? 0;
}

export function desired(object: KubeObject): number {
  return numberAt(object.spec, 'replicas') ?? 0;
}

export function restarts(object: KubeObject): number {
  return listAt(object.status, 'containerStatuses').reduce<number>(
    (sum, status) => sum + (numberAt(status, 'restartCount') ?? 0),
    0,
  );
}

export function podReady(object: KubeObject): string {
  const ready = listAt(object.status, 'containerStatuses').filter(
    (status) => isMap(status) && status['ready'] === true,
  );
  return `${ready.length}/${listAt(object.spec, 'containers').length}`;
}

export function podStatus(object: KubeObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const status of listAt(object.status, 'containerStatuses')) {
    const state = mapAt(status, 'state');
    const reason =
      stringAt(mapAt(state, 'waiting'), 'reason') ?? stringAt(mapAt(state, 'terminated'), 'reason');
    if (reason !== undefined) return reason;
  }
  return stringAt(object.status, 'reason') ?? stringAt(object.status, 'phase') ?? '';
}

export function nodeStatus(object: KubeObject): string {
  const ready = listAt(object.status, 'conditions').find(
    (condition) => stringAt(condition, 'type') === 'Ready',
  );
  const status =
    ready === undefined ? 'Unknown' : stringAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return object.spec?.['unschedulable'] === true ? `${status},SchedulingDisabled` : status;
}

const rolePrefix = 'node-role.kubernetes.io/';

export function nodeRoles(object: KubeObject): string {
  const roles = Object.keys(object.metadata.labels ?? {})
    .filter((label) => label.startsWith(rolePrefix))
    .map((label) => label.slice(rolePrefix.length));
  return roles.length === 0 ? none : roles.sort().join(',');
}

export function externalIp(object: KubeObject): string {
  const type = stringAt(object.spec, 'type');
  if (type === 'ExternalName') return stringAt(object.spec, 'externalName') ?? none;
  const given = listAt(mapAt(object.status, 'loadBalancer'), 'ingress').map(
    (ingress) => stringAt(ingress, 'ip') ?? stringAt(ingress, 'hostname') ?? '',
  );
  if (given.length > 0) return given.join(',');
  return type === 'LoadBalancer' ? '<pending>' : none;
}

export function servicePorts(object: KubeObject): string {
  const ports = listAt(object.spec, 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort');
    const number = numberAt(port, 'port') ?? 0;
    const shown = nodePort === undefined ? String(number) : `${number}:${nodePort}`;
    return `${shown}/${stringAt(port, 'protocol') ?? 'TCP'}`;
  });
  return ports.length === 0 ? none : ports.join(',');
}

export function endpoints(object: KubeObject): string {
  const found = listAt(object, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap((address) =>
      listAt(subset, 'ports').map(
        (port) => `${stringAt(address, 'ip') ?? ''}:${numberAt(port, 'port') ?? 0}`,
      ),
    ),
  );
  return found.length === 0 ? none : found.join(',');
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export function accessModes(object: KubeObject): string {
  return listAt(object.spec, 'accessModes')
    .map((mode) => shortModes[textOf(mode)] ?? textOf(mode))
    .join(',');
}

export function claimText(object: KubeObject): string {
  const claim = mapAt(object.spec, 'claimRef');
  return claim === undefined
    ? ''
    : `${stringAt(claim, 'namespace') ?? ''}/${stringAt(claim, 'name') ?? ''}`;
}

export function jobStatus(object: KubeObject): string {
  const isTrue = (type: string): boolean =>
    listAt(object.status, 'conditions').some(
      (condition) =>
        stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
    );
  if (isTrue('Complete')) return 'Complete';
  return isTrue('Failed') ? 'Failed' : 'Running';
}

export function ingressHosts(object: KubeObject): string {
  const hosts = listAt(object.spec, 'rules').map((rule) => stringAt(rule, 'host') ?? '*');
  return hosts.length === 0 ? '*' : hosts.join(',');
}

export function ingressAddresses(object: KubeObject): string {
  return listAt(mapAt(object.status, 'loadBalancer'), 'ingress')
    .map((ingress) => stringAt(ingress, 'ip') ?? stringAt(ingress, 'hostname') ?? '')
    .join(',');
}
