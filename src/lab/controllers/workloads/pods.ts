// Making pods for workloads: names, labels, owner. The kubelet (kubelet.ts) then gives them a life.

import { createHash, randomBytes } from 'node:crypto';
import {
  at,
  controlledBy,
  listAt,
  numberAt,
  textAt,
  type KubeObject,
} from '../../cluster/objects.ts';

/** The one node of a management cluster. */
export const MANAGEMENT_NODE = 'management-node-1';

export function replicasOf(workload: KubeObject): number {
  return numberAt(workload, 'spec', 'replicas') ?? 1;
}

/** Which revision of the pod template a pod was made from. */
export function templateHash(workload: KubeObject): string {
  return createHash('sha256')
    .update(JSON.stringify(at(workload, 'spec', 'template') ?? {}))
    .digest('hex')
    .slice(0, 10);
}

export function podFor(workload: KubeObject, name: string, extra: PodExtra = {}): KubeObject {
  const template = at(workload, 'spec', 'template');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(workload.metadata.namespace === undefined
        ? {}
        : { namespace: workload.metadata.namespace }),
      labels: {
        ...(at(template, 'metadata', 'labels') as Record<string, string>),
        ...extra.labels,
      },
      annotations: { ...(at(template, 'metadata', 'annotations') as Record<string, string>) },
      ownerReferences: [controlledBy(workload)],
    },
    spec: {
      ...(at(template, 'spec') as Record<string, unknown>),
      nodeName: MANAGEMENT_NODE,
      terminationGracePeriodSeconds: 30,
      volumes: [...listAt(template, 'spec', 'volumes'), ...(extra.volumes ?? [])],
    },
  };
}

export interface PodExtra {
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: readonly unknown[];
}

export function randomSuffix(): string {
  return randomBytes(3).toString('hex').slice(0, 5);
}

export function isReady(pod: KubeObject): boolean {
  const conditions = at(pod, 'status', 'conditions');
  return (
    pod.metadata.deletionTimestamp === undefined &&
    Array.isArray(conditions) &&
    conditions.some(
      (entry) => textAt(entry, 'type') === 'Ready' && textAt(entry, 'status') === 'True',
    )
  );
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
