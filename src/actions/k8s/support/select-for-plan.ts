// Selection while planning. What an earlier step of the same run will make is not there yet: that is a sentence for
// the reader of the plan, not a reason to refuse it. When the step begins, it is an error.

import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { requireFound, selectObjects } from './selection.ts';
import type { Selection } from './selection.ts';

export async function selectForPlan(
  ctx: ReadContext<DrPorts>,
  target: string,
  selection: Selection,
  atLeast: number,
): Promise<{ readonly objects: readonly KubeObject[]; readonly notes: readonly string[] }> {
  let objects: readonly KubeObject[] = [];
  try {
    const kube = await ctx.readers.kube(target);
    objects = await selectObjects(kube, ctx, selection);
    requireFound(selection, objects, atLeast);
    return { objects, notes: [] };
  } catch (error) {
    if (!hasCode(error, 'CLIENT_NOT_FOUND', 'SELECTION_EMPTY')) throw error;
    return { objects, notes: [`${error.message} now; the step fails unless that changes by then`] };
  }
}
