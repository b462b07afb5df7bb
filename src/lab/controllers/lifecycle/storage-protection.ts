// Storage is protected while it is used: kube-apiserver puts a finalizer on every new claim and volume, and somebody has to
// take it off a deleted one that is free, or none would ever go.

import type { Client } from '../../cluster/client.ts';
import { kinds } from '../../cluster/kinds.ts';
import { listAt, textAt, type Kind, type KubeObject } from '../../cluster/objects.ts';
import type { Node, ObjectGraph } from './object-graph.ts';
import { forEachLimited } from './run-limited.ts';

const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** One round over the claims and volumes under deletion. */
export async function releaseStorage(graph: ObjectGraph, client: Client): Promise<void> {
  const nodes = graph.nodes();
  await forEachLimited(endingWith(nodes, CLAIM_PROTECTION), async ({ resource, object }) => {
    const { items: pods } = await client.list(kinds.pod, object.metadata.namespace);
    if (pods.some((pod) => uses(pod, object.metadata.name))) return;
    await release(client, resource, object, CLAIM_PROTECTION);
  });
  await forEachLimited(endingWith(nodes, VOLUME_PROTECTION), async ({ resource, object }) => {
    const volume = await client.get(resource, object.metadata);
    if (textAt(volume, 'status', 'phase') === 'Bound') return;
    await release(client, resource, object, VOLUME_PROTECTION);
  });
}

function endingWith(nodes: readonly Node[], protection: string): readonly Node[] {
  return nodes.filter(
    ({ object: { metadata } }) =>
      metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(protection),
  );
}

async function release(
  client: Client,
  kind: Kind,
  { metadata }: KubeObject,
  protection: string,
): Promise<void> {
  const object = await client.get(kind, metadata);
  if (object === undefined || object.metadata.uid !== metadata.uid) return;
  const { uid, resourceVersion, finalizers = [] } = object.metadata;
  const kept = finalizers.filter((name) => name !== protection);
  const patch = { uid, resourceVersion, finalizers: kept.length === 0 ? null : kept };
  await client.patch(kind, metadata, { metadata: patch });
}

/** A pod that has no node yet will not start with a claim under deletion. */
function uses(pod: KubeObject, claim: string): boolean {
  return (
    textAt(pod, 'spec', 'nodeName') !== undefined &&
    listAt(pod, 'spec', 'volumes').some(
      (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === claim,
    )
  );
}
