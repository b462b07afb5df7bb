// The management cluster's kubelet: pods start after a moment, once what they need is there, and take another moment to
// end. So zero replicas is not zero pods, and a pod that runs is not yet ready.

import { kinds } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../cluster/objects.ts';
import { listAt, textAt } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { WorldCore } from '../../world/world.ts';
import { isReady, isTerminating } from './pods.ts';

/** Whether a pod can start, or go on: 'go', why it does not run, or why it runs and does not serve. */
export type Gate =
  'go' | { readonly waiting: string; readonly message: string } | { readonly unready: string };

/** What a pod really is: whether it can run, and how it ends. */
export interface PodRuntime {
  gate(pod: KubeObject): Gate;
  endPod(pod: KubeObject): Promise<void>;
}

export interface Kubelet {
  reconcile(): Promise<void>;
}

export function createKubelet(
  world: Pick<WorldCore, 'intervals'>,
  side: Side,
  runtime: PodRuntime,
): Kubelet {
  const seenAt = new Map<string, number>();
  const endingSince = new Map<string, number>();

  async function end(pod: KubeObject): Promise<void> {
    if (ageMs(endingSince, pod) < world.intervals().podTermination) return;
    await runtime.endPod(pod);
    await side.remove(kinds.pod, pod, { gracePeriodSeconds: 0 });
  }

  async function keep(pod: KubeObject): Promise<void> {
    const { etcdStart, podStart } = world.intervals();
    if (ageMs(seenAt, pod) < (isEtcd(pod) ? etcdStart : podStart)) return;
    const gate = runtime.gate(pod);
    if (gate === 'go') {
      if (!isReady(pod)) await side.patchStatus(kinds.pod, pod, readyStatus(pod));
    } else if ('unready' in gate) {
      await side.patchStatus(kinds.pod, pod, unreadyStatus(pod, gate.unready));
    } else {
      await side.patchStatus(kinds.pod, pod, waitingStatus(pod, gate));
    }
  }

  return {
    async reconcile() {
      const pods = side.all(kinds.pod);
      for (const pod of pods) await (isTerminating(pod) ? end(pod) : keep(pod));
      forgetGone(seenAt, pods);
      forgetGone(endingSince, pods);
    },
  };
}

function isEtcd(pod: KubeObject): boolean {
  return pod.metadata.labels?.['app'] === 'etcd';
}

/** How long ago this pod was first asked about. */
function ageMs(times: Map<string, number>, pod: KubeObject): number {
  const uid = pod.metadata.uid ?? '';
  const since = times.get(uid) ?? Date.now();
  times.set(uid, since);
  return Date.now() - since;
}

function forgetGone(times: Map<string, number>, pods: readonly KubeObject[]): void {
  const present = new Set(pods.map((pod) => pod.metadata.uid));
  for (const uid of times.keys()) if (!present.has(uid)) times.delete(uid);
}

function readyStatus(pod: KubeObject): Record<string, unknown> {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    phase: 'Running',
    podIP: '10.128.0.10',
    startTime: now,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: now,
    })),
    containerStatuses: containerNames(pod).map((name) => ({
      name,
      ready: true,
      started: true,
      restartCount: 0,
      image: 'lab',
      imageID: 'lab',
      state: { running: { startedAt: now } },
    })),
  };
}

function waitingStatus(
  pod: KubeObject,
  gate: { readonly waiting: string; readonly message: string },
): Record<string, unknown> {
  return {
    phase: 'Pending',
    conditions: [
      { type: 'Ready', status: 'False', reason: gate.waiting, message: gate.message },
      { type: 'PodScheduled', status: 'True' },
    ],
    containerStatuses: containerNames(pod).map((name) => ({
      name,
      ready: false,
      started: false,
      restartCount: 0,
      image: 'lab',
      imageID: '',
      state: { waiting: { reason: gate.waiting, message: gate.message } },
    })),
  };
}

/** It runs, and its readiness probe fails. */
function unreadyStatus(pod: KubeObject, message: string): Record<string, unknown> {
  return {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message },
      { type: 'PodScheduled', status: 'True' },
    ],
    containerStatuses: containerNames(pod).map((name) => ({
      name,
      ready: false,
      started: true,
      restartCount: 0,
      image: 'lab',
      imageID: 'lab',
      state: { running: {} },
    })),
  };
}

function containerNames(pod: KubeObject): readonly string[] {
  return listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name') ?? '');
}
