// A run's lock, where several processes may begin the same run: a saved plan gives its run one id wherever it is applied.

import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { assertLockFree, takeRunLock } from '../../../src/adapters/index.ts';
import type { LockingRun } from '../../../src/adapters/index.ts';
import { defaultKinds } from '../../fakes/kube-fake-kinds.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';

const { signal } = new AbortController();
const lock = { target: 'here', namespace: 'default', name: 'lock', deleteCommand: 'kubectl …' };

async function newKube(): Promise<FakeKube> {
  const group = 'coordination.k8s.io';
  const leases = { group, versions: ['v1'], kind: 'Lease', plural: 'leases', namespaced: true };
  const kube = new FakeKube({ kinds: [...defaultKinds, leases] });
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }, signal);
  return kube;
}

function runOf(pid: number, given: Partial<LockingRun> = {}): LockingRun {
  return {
    runId: 'one',
    by: { user: 'ana', host: hostname(), pid },
    at: new Date(0),
    place: {
      home: '/state/runs/one',
      wasBegun: async () => false,
      standing: async () => undefined,
    },
    signal,
    ...given,
  };
}

describe('a run that begins', () => {
  const own = runOf(process.pid, { begins: true });

  it('has its lock when its own answer was lost and it asks again', async () => {
    const kube = await newKube();
    await takeRunLock(kube, lock, own);
    await expect(takeRunLock(kube, lock, own)).resolves.toBeUndefined();
  });

  it('is kept away when another process begins it too', async () => {
    const kube = await newKube();
    await takeRunLock(kube, lock, runOf(process.ppid, { begins: true }));
    await expect(takeRunLock(kube, lock, own)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    const look = { runId: own.runId, place: async () => own.place, signal };
    await expect(assertLockFree(kube, lock, look)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });
});

it('a run that goes on has the lock that another of its processes took', async () => {
  const kube = await newKube();
  await takeRunLock(kube, lock, runOf(process.ppid, { begins: true }));
  await expect(takeRunLock(kube, lock, runOf(process.pid))).resolves.toBeUndefined();
});
