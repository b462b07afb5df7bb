// What scaling a workload would change, as a plan shows it, and what is left by it for the plans of later steps.

import type { Change, ReadContext } from '../../../engine/index.ts';
import type { Consequence, DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { inParallel } from './in-parallel.ts';
import { describeObject, refOf } from './objects.ts';
import { podsOf } from './pods.ts';
import { replicasPatch, scaleNoteName } from './scale-note.ts';
import { replicasOf } from './scale-record.ts';
import { createTrials, throwRefused } from './trials.ts';

export interface WantedScale {
  readonly target: string;
  readonly replicas: number;
  readonly leaveNote?: boolean;
}

/** `followed`: its pods are as many as that already. */
export function changeOf(
  wanted: WantedScale,
  workload: KubeObject,
  followed: boolean,
): readonly Change[] {
  const before = replicasOf(workload);
  const on = { target: wanted.target, object: describeObject(workload) };
  const risk = wanted.replicas < before ? 'disruptive' : 'safe';
  if (before !== wanted.replicas) {
    const fields = [{ path: 'spec.replicas', before, after: wanted.replicas }];
    const noted = { path: `metadata.annotations.${scaleNoteName}`, after: 'by this run' };
    const all = wanted.leaveNote === true ? [...fields, noted] : fields;
    return [{ kind: 'update', on, fields: all, risk }];
  }
  return followed ? [] : [{ kind: 'run', on, summary: 'wait for its pods', risk: 'safe' }];
}

/** Pods that are to come have no names yet; of those that go it is known only where all of them do. */
export async function consequencesOf(
  { target, replicas }: WantedScale,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
): Promise<readonly Consequence[]> {
  const fields = [{ path: ['spec', 'replicas'], after: replicas }];
  const consequences: Consequence[] = [{ kind: 'changed', target, ref: refOf(workload), fields }];
  if (replicas > 0) return consequences;
  for await (const pod of podsOf(kube, ctx, workload)) {
    consequences.push({ kind: 'gone', target, ref: refOf(pod) });
  }
  return consequences;
}

const triesAtOnce = 8;

/** What the server says about the counts beforehand; a count is stored as it is sent. Rejects with what it refuses. */
export async function tryScaling(
  { target, replicas, leaveNote }: WantedScale,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workloads: readonly KubeObject[],
): Promise<{ readonly notes: readonly string[]; readonly warnings: readonly string[] }> {
  const trials = createTrials(kube, ctx, target);
  const moving = workloads.filter((workload) => replicasOf(workload) !== replicas);
  const tried = await inParallel(moving, triesAtOnce, async (workload) => {
    const before = leaveNote === true ? { before: replicasOf(workload) } : {};
    return trials.patch(workload, replicasPatch(ctx, { replicas, ...before }));
  });
  throwRefused(tried.flatMap((trial) => (trial.kind === 'refused' ? trial.error : [])));
  return { notes: trials.notes(), warnings: trials.warnings() };
}
