// What of an object counts as "the same as before": what people wrote, not what servers and controllers add by themselves.

import { createHash } from 'node:crypto';
import type { KubeObject } from '../cluster/objects.ts';
import { canonical } from '../controllers/hypershift/cluster-objects.ts';

const BOOKKEEPING_ANNOTATIONS = new Set([
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/** Digest of the lasting parts: names, labels, annotations, finalizers, owners, spec, data; and whether it is being deleted. */
export function objectDigest(object: KubeObject): string {
  const { metadata, spec, data, type } = object;
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => !BOOKKEEPING_ANNOTATIONS.has(name),
    ),
  );
  return digest({
    kind: object.kind,
    name: metadata.name,
    labels: metadata.labels ?? {},
    annotations,
    finalizers: [...(metadata.finalizers ?? [])].sort(),
    // Uids change when an object is made again; whose it is does not.
    owners: (metadata.ownerReferences ?? []).map((owner) => `${owner.kind}/${owner.name}`).sort(),
    deleting: metadata.deletionTimestamp !== undefined,
    spec: spec ?? null,
    data: data ?? null,
    type: type ?? null,
  });
}

/** Digest of a Secret's or ConfigMap's content alone: the same content under another name is still that content. */
export function contentDigest(object: KubeObject): string {
  return digest(object.data ?? null);
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}
