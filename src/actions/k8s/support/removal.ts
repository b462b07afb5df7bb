// Deletes objects: always the very object that was looked at (by uid), finalizers first where that is wanted, so that
// no controller acts on the deletion, and again where a controller puts one back.

import { DrctlError, counted } from '../../../engine/index.ts';
import type { JsonObject, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { groupBy } from './group-by.ts';
import { inParallel } from './in-parallel.ts';
import { textOf } from './json-tree.ts';
import { describeObject, groupOf, listAt, namespaceOf, refOf, uidOf } from './objects.ts';
import { watchUntil } from './watch-until.ts';

/** A controller that puts a finalizer back more often than this is alive, and the deletion is not safe. */
const maxStrips = 20;
const deletionsAtOnce = 8;

interface RemovalOptions {
  readonly finalizers: 'keep' | 'remove';
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
}

/** Absent already, or deleted and re-created under its name: nothing happens. */
export async function removeObject(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  object: KubeObject,
  options: RemovalOptions,
): Promise<void> {
  if (options.finalizers === 'remove') await stripFinalizers(kube, ctx, object);
  try {
    const { propagation } = options;
    await kube.delete(refOf(object), { uid: uidOf(object), propagation, signal: ctx.signal });
  } catch (error) {
    if (!hasCode(error, 'CLIENT_CONFLICT', 'CLIENT_NOT_FOUND')) throw error;
    const present = await kube.get(refOf(object), ctx.signal);
    if (present !== undefined && uidOf(present) === uidOf(object)) throw error;
  }
}

/** The uid inside the patch keeps it from reaching an object that was re-created meanwhile. */
export async function stripFinalizers(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  object: KubeObject,
): Promise<void> {
  if (listAt(object, 'finalizers').length === 0) return;
  try {
    await kube.patch(refOf(object), {
      type: 'merge',
      patch: { metadata: { uid: uidOf(object), finalizers: null, ...pauseOf(object) } },
      signal: ctx.signal,
    });
  } catch (error) {
    if (!hasCode(error, 'CLIENT_CONFLICT', 'CLIENT_NOT_FOUND')) throw error;
    const present = await kube.get(refOf(object), ctx.signal);
    if (present !== undefined && uidOf(present) === uidOf(object)) throw error;
  }
}

/**
 * A running Cluster API controller would put its finalizer back between this patch and the deletion, and then terminate
 * the machine. It leaves alone what carries this annotation, deletion included.
 * https://cluster-api.sigs.k8s.io/reference/api/labels-and-annotations
 */
export const pausedAnnotation = 'cluster.x-k8s.io/paused';

function pauseOf(object: KubeObject): JsonObject {
  const isClusterApi = /(^|\.)cluster\.x-k8s\.io$/.test(groupOf(object.apiVersion));
  return isClusterApi ? { annotations: { [pausedAnnotation]: 'true' } } : {};
}

/** Until none of them is there any more. With finalizers `remove`, one that is put back is stripped again, bounded. */
export async function waitUntilGone(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  objects: readonly KubeObject[],
  finalizers: 'keep' | 'remove',
): Promise<void> {
  const groups = groupBy(
    objects,
    (object) => `${groupOf(object.apiVersion)}|${object.kind}|${namespaceOf(object) ?? ''}`,
  );
  await inParallel([...groups.values()], deletionsAtOnce, async (group) => {
    const [first] = group;
    if (first === undefined) return;
    const namespace = namespaceOf(first);
    const uids = new Set(group.map(uidOf));
    const strips = new Map<string, number>();
    await watchUntil(kube, ctx, {
      query: {
        apiVersion: first.apiVersion,
        kind: first.kind,
        ...(namespace === undefined ? {} : { namespace }),
        // By name where it can be: then the right to see this one object is enough.
        ...(group.length === 1 ? { fieldSelector: `metadata.name=${first.metadata.name}` } : {}),
      },
      waitingFor: `${group.length === 1 ? describeObject(first) : counted(group.length, first.kind)} to be gone`,
      check: async (present) => {
        const left = present.filter((object) => uids.has(uidOf(object)));
        if (left.length === 0) return { holds: true };
        if (finalizers === 'remove') await stripAgain(kube, ctx, left, strips);
        return { holds: false, seen: describeLeft(left) };
      },
    });
  });
}

async function stripAgain(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  left: readonly KubeObject[],
  strips: Map<string, number>,
): Promise<void> {
  for (const object of left) {
    const isHeld = listAt(object, 'finalizers').length > 0;
    if (!isHeld || object.metadata['deletionTimestamp'] === undefined) continue;
    const count = (strips.get(uidOf(object)) ?? 0) + 1;
    if (count > maxStrips) {
      throw new DrctlError(
        'CLIENT_CONFLICT',
        `${describeObject(object)}: its finalizers were put back ${maxStrips} times`,
        { hint: 'Stop the controller that puts them back first' },
      );
    }
    strips.set(uidOf(object), count);
    await stripFinalizers(kube, ctx, object);
  }
}

function describeLeft(left: readonly KubeObject[]): string {
  const [first] = left;
  if (first === undefined) return 'none';
  const finalizers = listAt(first, 'finalizers');
  const held = finalizers.length === 0 ? '' : ` (held by ${finalizers.map(textOf).join(', ')})`;
  return `${left.length} left, for one ${describeObject(first)}${held}`;
}
