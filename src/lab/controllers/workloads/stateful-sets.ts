// The StatefulSet controller: named pods with volumes of their own. Scaling down ends the highest ordinal first, one at a
// time; the retention policy decides whether the volume, and what is on it, goes with the pod.

import type { Side } from '../../cluster/side.ts';
import { kinds } from '../../cluster/kinds.ts';
import { isControlledBy, listAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import { isReady, isTerminating, podFor, replicasOf } from './pods.ts';
import { orAbsent, podsOf } from './deployments.ts';

export async function reconcileStatefulSets(side: Side): Promise<void> {
  for (const set of side.all(kinds.statefulSet)) {
    if (!isTerminating(set)) await reconcileStatefulSet(side, set);
  }
}

async function reconcileStatefulSet(side: Side, set: KubeObject): Promise<void> {
  const wanted = replicasOf(set);
  const pods = podsOf(side, set);
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) await ensureMember(side, set, ordinal);
  await scaleDown(side, pods, wanted);
  await applyRetention(side, set, wanted);
  const live = podsOf(side, set).filter((pod) => !isTerminating(pod));
  await side.patchStatus(kinds.statefulSet, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: podsOf(side, set).length,
    currentReplicas: orAbsent(live.length),
    updatedReplicas: orAbsent(live.length),
    readyReplicas: orAbsent(live.filter(isReady).length),
    availableReplicas: live.filter(isReady).length,
  });
}

async function ensureMember(side: Side, set: KubeObject, ordinal: number): Promise<void> {
  const name = `${set.metadata.name}-${ordinal}`;
  const volumes: unknown[] = [];
  for (const template of listAt(set, 'spec', 'volumeClaimTemplates')) {
    const volume = textAt(template, 'metadata', 'name') ?? 'data';
    const claim = claimFor(set, template, `${volume}-${name}`);
    await side.ensure(kinds.volumeClaim, claim);
    volumes.push({ name: volume, persistentVolumeClaim: { claimName: claim.metadata.name } });
  }
  const known = side.get(kinds.pod, set.metadata.namespace, name);
  if (known !== undefined) return;
  await side.ensure(
    kinds.pod,
    podFor(set, name, {
      labels: { 'statefulset.kubernetes.io/pod-name': name },
      ...(volumes.length === 0 ? {} : { volumes }),
    }),
  );
}

function claimFor(set: KubeObject, template: unknown, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: { app: set.metadata.name },
    },
    spec: (template as { spec?: Record<string, unknown> }).spec ?? {},
  };
}

async function scaleDown(side: Side, pods: readonly KubeObject[], wanted: number): Promise<void> {
  const surplus = pods
    .filter((pod) => ordinalOf(pod.metadata.name) >= wanted)
    .sort((a, b) => ordinalOf(b.metadata.name) - ordinalOf(a.metadata.name));
  const highest = surplus[0];
  if (highest !== undefined && !isTerminating(highest)) await side.remove(kinds.pod, highest);
}

async function applyRetention(side: Side, set: KubeObject, wanted: number): Promise<void> {
  const policy = textAt(set, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled');
  if (policy !== 'Delete') return;
  for (const claim of side.all(kinds.volumeClaim, set.metadata.namespace)) {
    const match = new RegExp(`^[a-z0-9-]+-${set.metadata.name}-(\\d+)$`).exec(claim.metadata.name);
    if (match === null || Number(match[1]) < wanted || isTerminating(claim)) continue;
    const pod = side.get(
      kinds.pod,
      set.metadata.namespace,
      `${set.metadata.name}-${match[1] ?? ''}`,
    );
    // A volume that a pod still mounts is not removed under it.
    if (pod === undefined || !isControlledBy(pod, set)) await side.remove(kinds.volumeClaim, claim);
  }
}

function ordinalOf(podName: string): number {
  return Number(podName.slice(podName.lastIndexOf('-') + 1));
}
