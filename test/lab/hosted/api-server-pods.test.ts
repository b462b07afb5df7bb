// Zero pods must mean zero writers: the API ends with the last of its pods, also when several end in one round.

import { expect, it } from 'vitest';
import type { KubeObject } from '../../../src/lab/cluster/objects.ts';
import type { Side } from '../../../src/lab/cluster/side.ts';
import { ApiServerPods } from '../../../src/lab/hosted/control-plane-pods.ts';

const pod = (name: string, app = 'kube-apiserver'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, namespace: 'clusters-demo-hosted', labels: { app } },
  status: { phase: 'Running' },
});

function seeing(pods: readonly KubeObject[]): ApiServerPods {
  return new ApiServerPods({ all: () => pods } as unknown as Side);
}

it('the last of several pods is known although the others are still listed', () => {
  const pods = ['a', 'b', 'c'].map((name) => pod(name));
  const ended = seeing(pods);
  expect(pods.map((one) => ended.endsWith(one))).toEqual([false, false, true]);
  expect(ended.running()).toEqual([]);
});

it('a pod that is not ending keeps the API, and pods of others never end it', () => {
  const pods = [pod('a'), pod('b')];
  const ended = seeing(pods);
  expect(ended.endsWith(pod('a'))).toBe(false);
  expect(ended.endsWith(pod('etcd-0', 'etcd'))).toBe(false);
  expect(ended.endsWith({ ...pod('b'), metadata: { ...pod('b').metadata, namespace: 'x' } })).toBe(
    false,
  );
});
