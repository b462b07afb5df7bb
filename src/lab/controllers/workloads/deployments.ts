// The Deployment controller: as many pods as `spec.replicas`, replaced when the template changes, and a status that
// tells when it has caught up. ReplicaSets are left out: nothing in a recovery looks at them.

import type { Side } from '../../cluster/side.ts';
import { kinds } from '../../cluster/kinds.ts';
import { isControlledBy, type KubeObject } from '../../cluster/objects.ts';
import { isReady, isTerminating, podFor, randomSuffix, replicasOf, templateHash } from './pods.ts';

const HASH_LABEL = 'pod-template-hash';

export async function reconcileDeployments(side: Side): Promise<void> {
  for (const deployment of side.all(kinds.deployment)) {
    if (!isTerminating(deployment)) await reconcileDeployment(side, deployment);
  }
}

async function reconcileDeployment(side: Side, deployment: KubeObject): Promise<void> {
  const wanted = replicasOf(deployment);
  const hash = templateHash(deployment);
  const pods = podsOf(side, deployment);
  const live = pods.filter((pod) => !isTerminating(pod));
  const current = live.filter((pod) => pod.metadata.labels?.[HASH_LABEL] === hash);
  const outdated = live.filter((pod) => pod.metadata.labels?.[HASH_LABEL] !== hash);

  for (let count = current.length; count < wanted; count += 1) {
    const name = `${deployment.metadata.name}-${hash.slice(0, 8)}-${randomSuffix()}`;
    await side.ensure(kinds.pod, podFor(deployment, name, { labels: { [HASH_LABEL]: hash } }));
  }
  for (const pod of current.slice(wanted)) await side.remove(kinds.pod, pod);
  // A rolling update: the old ones serve until the new ones do.
  if (wanted === 0 || current.filter(isReady).length >= wanted) {
    for (const pod of outdated) await side.remove(kinds.pod, pod);
  }
  await reportDeployment(side, deployment, hash);
}

async function reportDeployment(side: Side, deployment: KubeObject, hash: string): Promise<void> {
  const live = podsOf(side, deployment).filter((pod) => !isTerminating(pod));
  const ready = live.filter(isReady).length;
  const wanted = replicasOf(deployment);
  await side.patchStatus(kinds.deployment, deployment, {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: orAbsent(live.length),
    updatedReplicas: orAbsent(
      live.filter((pod) => pod.metadata.labels?.[HASH_LABEL] === hash).length,
    ),
    readyReplicas: orAbsent(ready),
    availableReplicas: orAbsent(ready),
    unavailableReplicas: orAbsent(Math.max(0, wanted - ready)),
    conditions: [
      {
        type: 'Available',
        status: ready >= wanted ? 'True' : 'False',
        reason: ready >= wanted ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      },
    ],
  });
}

export function podsOf(side: Side, workload: KubeObject): readonly KubeObject[] {
  return side
    .all(kinds.pod, workload.metadata.namespace)
    .filter((pod) => isControlledBy(pod, workload));
}

/** A count of zero is left out of a status, as the real controllers do. */
export function orAbsent(count: number): number | null {
  return count === 0 ? null : count;
}
