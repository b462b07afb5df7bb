// What the HyperShift operator and the control plane operator share: who is alive, names, conditions, enforcing a
// Deployment. Both act only while a pod of theirs is ready.

import { kinds } from '../../cluster/kinds.ts';
import {
  conditionsOf,
  numberAt,
  textAt,
  type Condition,
  type Kind,
  type KubeObject,
} from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { controlPlaneNamespace, OPERATOR_NAMESPACE } from '../../world/settings.ts';
import { deploymentFor, type Component } from './component.ts';

export const FINALIZER = 'hypershift.openshift.io/finalizer';
export const COMPONENT_FINALIZER = 'hypershift.openshift.io/component-finalizer';
export const OIDC_FINALIZER = 'hypershift.io/aws-oidc-discovery';
export const PAUSED_ANNOTATION = 'cluster.x-k8s.io/paused';

/** Does a Deployment have a ready pod? */
export function hasReadyPod(side: Side, namespace: string, name: string): boolean {
  const deployment = side.get(kinds.deployment, namespace, name);
  return (numberAt(deployment, 'status', 'readyReplicas') ?? 0) > 0;
}

export function operatorRuns(side: Side): boolean {
  return hasReadyPod(side, OPERATOR_NAMESPACE, 'operator');
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

export function controlPlaneNamespaceOf(hostedCluster: KubeObject): string {
  return controlPlaneNamespace(namespaceOf(hostedCluster), hostedCluster.metadata.name);
}

export function isHighlyAvailable(object: KubeObject): boolean {
  return textAt(object, 'spec', 'controllerAvailabilityPolicy') === 'HighlyAvailable';
}

/** Sets conditions without touching the others; nothing is written when they are so already. */
export async function setConditions(
  side: Side,
  kind: Kind,
  object: KubeObject,
  wanted: readonly Condition[],
): Promise<void> {
  const known = conditionsOf(object);
  const changed = wanted.filter((condition) => !isSame(known, condition));
  if (changed.length === 0) return;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const stamped = changed.map((condition) => ({
    ...condition,
    reason: condition.reason ?? 'AsExpected',
    message: condition.message ?? '',
    observedGeneration: object.metadata.generation ?? 1,
    lastTransitionTime: now,
  }));
  const kept = known.filter((entry) => changed.every((condition) => condition.type !== entry.type));
  await side.patchStatus(kind, object, { conditions: [...kept, ...stamped] });

  function isSame(list: readonly Condition[], condition: Condition): boolean {
    return list.some(
      (entry) =>
        entry.type === condition.type &&
        entry.status === condition.status &&
        entry.reason === (condition.reason ?? 'AsExpected') &&
        entry.message === (condition.message ?? '') &&
        entry.observedGeneration === (object.metadata.generation ?? 1),
    );
  }
}

/** Makes the Deployment, and sets its replicas back when somebody changed them. */
export async function enforceDeployment(side: Side, component: Component): Promise<void> {
  const found = await side.ensure(kinds.deployment, deploymentFor(component));
  if (numberAt(found, 'spec', 'replicas') === component.replicas) return;
  await side.patch(kinds.deployment, found, { spec: { replicas: component.replicas } });
}
