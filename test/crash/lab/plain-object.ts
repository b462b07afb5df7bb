// A Kubernetes object without what differs between two worlds in which the same was done: identities, versions, times.

import type { KubeObject } from '../../../src/lab/kube/index.ts';

const dropped = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'observedGeneration',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'startTime',
  'startedAt',
  'time',
  'acquireTime',
  'renewTime',
]);

export function plainObject(object: KubeObject): {
  readonly title: string;
  readonly body: unknown;
} {
  const { namespace = '', name } = object.metadata;
  const body = plainValue(object) as { metadata: { name: string } };
  if (object.kind !== 'Pod') return { title: `${object.kind} ${namespace}/${name}`, body };
  // Deployment's pods have a name drawn by chance.
  const stable = name.replace(/-[0-9a-f]{8}-[0-9a-f]{5}$/, '-POD');
  body.metadata.name = stable;
  return { title: `Pod ${namespace}/${stable}`, body };
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !dropped.has(key))
    .map(([key, one]) => [key, plainValue(one)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
