// The note that k8s.scale can leave on a workload: which run scaled it, when, and from how many. It is written in the same
// request as the count and goes with the undo, so that a workload that nobody scaled back can be put back without the
// state of the run that did it.

import { counted } from '../../../engine/index.ts';
import type { ReadContext, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, ObjectRef, PatchOptions } from '../../ports.ts';
import { valueAt } from './json-tree.ts';
import { describeObject, refOf } from './objects.ts';
import { replicasOf } from './scale-record.ts';

export const scaleNoteName = 'drctl.dev/scaled';

export interface ScaleNote {
  readonly run: string;
  readonly step: string;
  /** RFC 3339, UTC; for people. */
  readonly at: string;
  readonly before: number;
  readonly after: number;
}

/** Undefined where there is none, or one that cannot be read. */
export function scaleNoteOf(workload: KubeObject): ScaleNote | undefined {
  const text = valueAt(workload, ['metadata', 'annotations', scaleNoteName]);
  if (typeof text !== 'string') return undefined;
  try {
    const note = JSON.parse(text) as unknown;
    if (typeof note !== 'object' || note === null) return undefined;
    const { run, step, at, before, after } = note as Record<string, unknown>;
    const isWhole = isCount(before) && isCount(after) && typeof run === 'string';
    if (!isWhole || typeof step !== 'string' || typeof at !== 'string') return undefined;
    return { run, step, at, before, after };
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export async function setReplicas(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  ref: ObjectRef,
  count: ReplicaCount,
): Promise<void> {
  await kube.patch(ref, { ...replicasPatch(ctx, count), signal: ctx.signal });
}

export interface ReplicaCount {
  readonly replicas: number;
  /** Leaves a note that says so, and writes the workload itself instead of its scale. */
  readonly before?: number;
}

export function replicasPatch(
  ctx: ReadContext<DrPorts>,
  { replicas, before }: ReplicaCount,
): Omit<PatchOptions, 'signal'> {
  const spec = { replicas };
  if (before === undefined) return { type: 'merge', patch: { spec }, subresource: 'scale' };
  const note: ScaleNote = {
    run: ctx.run.id,
    step: ctx.step.id,
    at: ctx.now().toISOString(),
    before,
    after: replicas,
  };
  const metadata = { annotations: { [scaleNoteName]: JSON.stringify(note) } };
  return { type: 'merge', patch: before === replicas ? { spec } : { metadata, spec } };
}

/** The count that was there before, and the run's own note goes. `asWhole`: not by way of its scale. */
export async function takeReplicasBack(
  kube: KubeClient,
  workload: KubeObject,
  back: {
    readonly run: string;
    readonly before: number;
    readonly asWhole: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { run, before, asWhole, signal } = back;
  const isNoted = scaleNoteOf(workload)?.run === run;
  if (!isNoted && replicasOf(workload) === before) return;
  const metadata = { annotations: { [scaleNoteName]: null } };
  const spec = { replicas: before };
  await kube.patch(refOf(workload), {
    type: 'merge',
    patch: isNoted ? { metadata, spec } : { spec },
    ...(isNoted || asWhole ? {} : { subresource: 'scale' }),
    signal,
  });
}

/** Held at this count by a run that may never come back: somebody must see to it, and this step would not undo it. */
export function notesOf(workload: KubeObject, run: string): readonly string[] {
  const note = scaleNoteOf(workload);
  if (note === undefined || note.run === run || note.after !== replicasOf(workload)) return [];
  return [
    `${describeObject(workload)} has ${counted(note.after, 'replica')} because run ${note.run} scaled it at ${note.at}, from ${note.before}: "drctl cleanup" puts it back`,
  ];
}
