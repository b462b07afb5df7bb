// What is there of what k8s.delete was to delete, when an attempt was cut off: the very objects, or others in their place.

import type { Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject } from '../../ports.ts';
import { keyOf, refOf, uidOf } from './objects.ts';
import { deletedObject } from './recreation.ts';
import { ownersOf } from './sanitize.ts';

/**
 * `left`: what this step was to delete, or all where it has not begun to. `again`: what was made after it had recorded
 * what there was.
 */
export async function sinceDeletion(
  ctx: ReadContext<DrPorts> & { readonly undoEntries: ReadonlyMap<string, Json> },
  objects: readonly KubeObject[],
): Promise<{ readonly left: readonly KubeObject[]; readonly again: readonly KubeObject[] }> {
  if (ctx.undoEntries.size === 0) return { left: objects, again: [] };
  const left: KubeObject[] = [];
  const again: KubeObject[] = [];
  for (const object of objects) {
    const entry = ctx.undoEntries.get(keyOf(refOf(object)));
    const deleted = entry === undefined ? undefined : await deletedObject(ctx, entry);
    const isSame = deleted !== undefined && uidOf(deleted) === uidOf(object);
    (isSame ? left : again).push(object);
  }
  return { left, again };
}

/** Made again by what owns it, as the pods of a Deployment are: that is what deleting it was for. */
export function isControlled(object: KubeObject): boolean {
  return ownersOf(object).some(({ controller }) => controller === true);
}
