// The pods of a workload: zero replicas is not zero pods, so what counts is what is still there.

import { counted } from '../../../engine/index.ts';
import type { JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeQuery, KubeReader } from '../../ports.ts';
import { firstOf } from './first-of.ts';
import { isJsonObject, textOf, valueAt } from './json-tree.ts';
import { describeObject, namespaceOf } from './objects.ts';
import { watchUntil } from './watch-until.ts';
import type { Verdict } from './watch-until.ts';

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
  /**
   * Called with every change of the workload itself while its pods are waited for: may act against whoever works against
   * it. What it throws ends the wait.
   */
  onWorkloadChanged?(): Promise<unknown>;
}

/**
 * Until no more than `replicas` pods are left, or, where there are fewer, until so many are ready. Both are watched: the
 * pods for what is waited for, the workload because a count that somebody sets back changes no pod.
 */
export async function waitForPods(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  { replicas, onWorkloadChanged }: PodsGoal,
): Promise<void> {
  const pods = podsQuery(workload);
  if (pods === undefined) return;
  const waitingFor = `the pods of ${describeObject(workload)}`;
  const watches = [
    async (within: ReadContext<DrPorts>) =>
      watchUntil(kube, within, {
        query: pods,
        waitingFor,
        check: (found) => followed(found, replicas),
      }),
  ];
  if (onWorkloadChanged !== undefined) {
    watches.push(async (within) =>
      watchUntil(
        kube,
        { ...within, report: () => undefined },
        {
          query: workloadQuery(workload),
          waitingFor,
          check: async () => {
            await onWorkloadChanged();
            return { holds: false, seen: 'it goes on' };
          },
        },
      ),
    );
  }
  await firstOf(ctx, watches);
}

function followed(pods: readonly KubeObject[], replicas: number): Verdict {
  const { left, ready } = counts(pods);
  return left <= replicas && ready >= replicas
    ? { holds: true }
    : { holds: false, seen: `${counted(left, 'pod')}, ${ready} ready, wanted ${replicas}` };
}

function counts(pods: readonly KubeObject[]): { readonly left: number; readonly ready: number } {
  return {
    left: pods.filter((pod) => !isFinishedPod(pod)).length,
    ready: pods.filter(isReadyPod).length,
  };
}

/** One look, without waiting. */
export async function havePodsFollowed(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<boolean> {
  if (podsQuery(workload) === undefined) return true;
  const pods: KubeObject[] = [];
  for await (const pod of podsOf(kube, ctx, workload)) pods.push(pod);
  return followed(pods, replicas).holds;
}

/** What its selector finds; nothing when it selects nothing. */
export async function* podsOf(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
): AsyncIterable<KubeObject> {
  const query = podsQuery(workload);
  if (query !== undefined) yield* kube.list(query, ctx.signal);
}

/** undefined: it selects no pods, so it has as many as are wanted. */
function podsQuery(workload: KubeObject): KubeQuery | undefined {
  const labelSelector = labelSelectorOf(workload);
  if (labelSelector === undefined) return undefined;
  return { apiVersion: 'v1', kind: 'Pod', ...placeOf(workload), labelSelector };
}

function workloadQuery(workload: KubeObject): KubeQuery {
  const { apiVersion, kind, metadata } = workload;
  return {
    apiVersion,
    kind,
    ...placeOf(workload),
    fieldSelector: `metadata.name=${metadata.name}`,
  };
}

function placeOf(workload: KubeObject): { readonly namespace?: string } {
  const namespace = namespaceOf(workload);
  return namespace === undefined ? {} : { namespace };
}
