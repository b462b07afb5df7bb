// The pods of a workload: zero replicas is not zero pods, so what counts is what is still there.

import type { JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { isJsonObject, textOf, valueAt } from './json-tree.ts';
import { describeObject, namespaceOf } from './objects.ts';
import { watchUntil } from './watch-until.ts';

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

/** Until no more than `replicas` pods are left, or, where there are fewer, until so many are ready. */
export async function waitForPods(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<void> {
  const labelSelector = labelSelectorOf(workload);
  if (labelSelector === undefined) return;
  const namespace = namespaceOf(workload);
  await watchUntil(kube, ctx, {
    query: {
      apiVersion: 'v1',
      kind: 'Pod',
      ...(namespace === undefined ? {} : { namespace }),
      labelSelector,
    },
    waitingFor: `Waiting for the pods of ${describeObject(workload)}`,
    check: (pods) => {
      const left = pods.filter((pod) => !isFinishedPod(pod));
      const ready = pods.filter(isReadyPod).length;
      return left.length <= replicas && ready >= replicas
        ? { holds: true }
        : { holds: false, seen: `${left.length} pods, ${ready} ready, wanted ${replicas}` };
    },
  });
}

/** One look, without waiting. */
export async function havePodsFollowed(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<boolean> {
  const labelSelector = labelSelectorOf(workload);
  if (labelSelector === undefined) return true;
  const namespace = namespaceOf(workload);
  const query = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector,
  };
  let left = 0;
  let ready = 0;
  for await (const pod of kube.list(query, ctx.signal)) {
    if (!isFinishedPod(pod)) left += 1;
    if (isReadyPod(pod)) ready += 1;
  }
  return left <= replicas && ready >= replicas;
}
