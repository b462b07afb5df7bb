// What k8s.scale remembers of each workload, and what that says when somebody else has scaled it since.

import { counted } from '../../../engine/index.ts';
import type { Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader, ObjectRef } from '../../ports.ts';
import { valueAt } from './json-tree.ts';
import { describeRef } from './objects.ts';

export interface ScaleRecord {
  readonly ref: ObjectRef;
  readonly before: number;
  readonly after: number;
}

export function replicasOf(workload: KubeObject): number {
  const replicas = valueAt(workload, ['spec', 'replicas']);
  // The API server's default, where the field is absent.
  return typeof replicas === 'number' ? replicas : 1;
}

/** What somebody has done since to a workload that an attempt was to scale; undefined when nobody has. */
export async function lostOrMoved(
  replicas: number,
  kube: KubeReader,
  ctx: ReadContext<DrPorts> & { readonly undoEntries: ReadonlyMap<string, Json> },
): Promise<string | undefined> {
  for (const entry of ctx.undoEntries.values()) {
    const { ref, before } = entry as unknown as ScaleRecord;
    const workload = await kube.get(ref, ctx.signal);
    if (workload === undefined) return `${describeRef(ref)} was to be scaled and is gone`;
    const now = replicasOf(workload);
    if (now === before || now === replicas) continue;
    return `${describeRef(ref)} has ${counted(now, 'replica')}, neither ${before} as before nor ${replicas} as wanted`;
  }
  return undefined;
}
