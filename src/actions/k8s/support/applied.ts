// The undo of an apply that made an object: deleting it, and nothing that somebody else has made under its name since.

import type { Json, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, ObjectRef } from '../../ports.ts';
import { isJsonObject } from './json-tree.ts';
import { deleteMadeNamespace } from './made-namespace.ts';
import { isNamespace, listAt, uidOf } from './objects.ts';
import { refuseProtected } from './protection.ts';
import { removeObject, waitUntilGone } from './removal.ts';

export const fieldManager = 'drctl';

/** Only what this step made: by its uid, or, where a crash came before that was recorded, by our mark on its fields. */
export async function deleteApplied(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  ref: ObjectRef,
  uid: Json | undefined,
): Promise<void> {
  const present = await kube.get(ref, ctx.signal);
  if (present === undefined) return;
  const isOurs = uid === undefined ? isAppliedByUs(present) : uid === uidOf(present);
  if (!isOurs) return;
  if (isNamespace(present)) {
    await deleteMadeNamespace(kube, ctx, present, 'keep');
    return;
  }
  await refuseProtected(kube, ctx, [present]);
  await removeObject(kube, ctx, present, { finalizers: 'keep', propagation: 'Background' });
  await waitUntilGone(kube, ctx, [present], 'keep');
}

/** By any step of any run: the field manager says no more. */
export function isAppliedByUs(object: KubeObject): boolean {
  return listAt(object, 'managedFields').some(
    (entry) => isJsonObject(entry) && entry['manager'] === fieldManager,
  );
}
