// The pods of a workload: zero replicas is not zero pods, so what counts is what is still there.

import { DrctlError, counted } from '../../../engine/index.ts';
import type { JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { isTransient } from './errors.ts';
import { isJsonObject, textOf, valueAt } from './json-tree.ts';
import { describeObject, namespaceOf } from './objects.ts';

export function isReadyPod(pod: KubeObject): boolean {
  if (pod.metadata['deletionTimestamp'] !== undefined) return false;
  const conditions = valueAt(pod, ['status', 'conditions']);
  return (
    Array.isArray(conditions) &&
    (conditions as readonly JsonObject[]).some(
      (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
    )
  );
}

/** A pod whose containers have ended for good writes nothing any more. */
function isFinishedPod(pod: KubeObject): boolean {
  const phase = valueAt(pod, ['status', 'phase']);
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The workload's spec.selector as kubectl would write it; undefined when it selects nothing. */
function labelSelectorOf(workload: KubeObject): string | undefined {
  const labels = valueAt(workload, ['spec', 'selector', 'matchLabels']);
  const expressions = valueAt(workload, ['spec', 'selector', 'matchExpressions']);
  const terms = [
    ...(isJsonObject(labels)
      ? Object.entries(labels).map(([key, value]) => `${key}=${textOf(value)}`)
      : []),
    ...(Array.isArray(expressions) ? (expressions as readonly JsonObject[]).map(selectorTerm) : []),
  ];
  return terms.length === 0 ? undefined : terms.join(',');
}

function selectorTerm(expression: JsonObject): string {
  const key = textOf(expression['key']);
  const values = Array.isArray(expression['values']) ? expression['values'].join(',') : '';
  switch (expression['operator']) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'NotIn':
      return `${key} notin (${values})`;
    default:
      return `${key} in (${values})`;
  }
}

export interface PodsGoal {
  readonly replicas: number;
  /** Called whenever the pods are not there yet: may look whether somebody works against it. */
  onWaiting?(): Promise<unknown>;
}

const firstPauseMs = 100;
const maxPauseMs = 2_000;
/** Longer than any timeout that a step can sensibly have. */
const maxRounds = 50_000;

/**
 * Until no more than `replicas` pods are left, or, where there are fewer, until so many are ready. It asks again and
 * again instead of watching pods: a count that somebody sets back changes no pod.
 */
export async function waitForPods(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  { replicas, onWaiting }: PodsGoal,
): Promise<void> {
  let pauseMs = firstPauseMs;
  for (let round = 0; round < maxRounds; round += 1) {
    const seen = await roundOf(kube, ctx, workload, { replicas, onWaiting });
    if (seen === undefined) return;
    ctx.report({
      message: `Waiting for the pods of ${describeObject(workload)}; last seen: ${seen}`,
    });
    await ctx.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, maxPauseMs);
  }
  throw new DrctlError('CLIENT_CONFLICT', `The pods of ${describeObject(workload)} never followed`);
}

/** undefined: the pods have followed. An outage of the server is waited out. */
async function roundOf(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  { replicas, onWaiting }: { replicas: number; onWaiting: PodsGoal['onWaiting'] | undefined },
): Promise<string | undefined> {
  try {
    const { left, ready } = await countPods(kube, ctx, workload, replicas);
    if (left <= replicas && ready >= replicas) return undefined;
    await onWaiting?.();
    return `${counted(left, 'pod')}, ${ready} ready, wanted ${replicas}`;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isTransient(error)) throw error;
    return error instanceof Error ? error.message : 'the server does not answer';
  }
}

/** One look, without waiting. */
export async function havePodsFollowed(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<boolean> {
  const { left, ready } = await countPods(kube, ctx, workload, replicas);
  return left <= replicas && ready >= replicas;
}

/** A workload that selects no pods has as many as are wanted. */
async function countPods(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<{ readonly left: number; readonly ready: number }> {
  if (labelSelectorOf(workload) === undefined) return { left: replicas, ready: replicas };
  let left = 0;
  let ready = 0;
  for await (const pod of podsOf(kube, ctx, workload)) {
    if (!isFinishedPod(pod)) left += 1;
    if (isReadyPod(pod)) ready += 1;
  }
  return { left, ready };
}

/** What its selector finds; nothing when it selects nothing. */
export async function* podsOf(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
): AsyncIterable<KubeObject> {
  const labelSelector = labelSelectorOf(workload);
  if (labelSelector === undefined) return;
  const namespace = namespaceOf(workload);
  const place = namespace === undefined ? {} : { namespace };
  const query = { apiVersion: 'v1', kind: 'Pod', ...place, labelSelector };
  yield* kube.list(query, ctx.signal);
}
