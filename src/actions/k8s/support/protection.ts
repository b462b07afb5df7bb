// What k8s.delete refuses to delete, and k8s.scale to scale down, whoever asks.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { isJsonObject, valueAt } from './json-tree.ts';
import { describeObject, isNamespace, namespaceOf } from './objects.ts';
import { replicasOf } from './scale-record.ts';
import { describeSelection } from './selection.ts';
import type { Selection } from './selection.ts';

const protectedNames = /^(default|hypershift|kube-.*|openshift-.*)$/;
const protectedLabel = 'drctl.dev/protected';
const hypershift = 'hypershift.openshift.io';

/** PROTECTED: `all` over a cluster-scoped kind would hit what no runbook can foresee. */
export async function refuseAllOfCluster(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  selection: Selection,
): Promise<void> {
  if (selection.all !== true || selection.where !== undefined) return;
  const resource = await kube.resource(selection, ctx.signal);
  if (resource === undefined || (resource.namespaced && selection.namespace !== undefined)) return;
  throw new DrctlError(
    'PROTECTED',
    `drctl refuses to delete every ${describeSelection(selection)} of the cluster`,
    {
      hint: resource.namespaced
        ? 'Give a namespace'
        : 'Give names, a selector, or where beside all',
    },
  );
}

/** PROTECTED for a system namespace, a labelled one, or one that holds a hosted cluster. */
export async function refuseProtected(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const object of objects) {
    if (!isNamespace(object)) continue;
    const because = protectionOf(object) ?? (await hostedClusterIn(kube, ctx, object));
    if (because === undefined) continue;
    throw new DrctlError(
      'PROTECTED',
      `drctl refuses to delete ${describeObject(object)}: ${because}`,
    );
  }
}

function protectionOf(namespace: KubeObject): string | undefined {
  if (protectedNames.test(namespace.metadata.name)) return 'it belongs to the platform';
  const labels = namespace.metadata['labels'];
  return isJsonObject(labels) && labels[protectedLabel] === 'true'
    ? `it is labelled ${protectedLabel}=true`
    : undefined;
}

async function hostedClusterIn(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  namespace: KubeObject,
): Promise<string | undefined> {
  const kind = { apiVersion: `${hypershift}/*`, kind: 'HostedCluster' };
  if ((await kube.resource(kind, ctx.signal)) === undefined) return undefined;
  const query = { ...kind, namespace: namespace.metadata.name };
  for await (const hosted of kube.list(query, ctx.signal)) {
    return `it holds the hosted cluster ${namespaceOf(hosted) ?? ''}/${hosted.metadata.name}`;
  }
  return undefined;
}

/** Scaling such a StatefulSet down deletes its volumes with the data in them. */
export function refuseLossOfVolumes(workloads: readonly KubeObject[], replicas: number): void {
  const losing = workloads.find(
    (workload) =>
      replicas < replicasOf(workload) &&
      valueAt(workload, ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled']) ===
        'Delete',
  );
  if (losing === undefined) return;
  throw new DrctlError(
    'PROTECTED',
    `Scaling ${describeObject(losing)} down would delete its volumes: its persistentVolumeClaimRetentionPolicy.whenScaled is Delete`,
    { hint: 'Set whenScaled to Retain first, and make sure that no controller sets it back' },
  );
}
