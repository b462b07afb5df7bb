// k8s.apply, k8s.patch, k8s.scale, k8s.exec: what they refuse, what they leave alone, and what their undo respects.
// That they survive crashes is proved by the action laws.

import { describe, expect, it } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sExec } from '../../../src/actions/k8s/exec.ts';
import { k8sPatch } from '../../../src/actions/k8s/patch.ts';
import { k8sScale } from '../../../src/actions/k8s/scale.ts';
import { applyAction, planAction, probeAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { runWorkloads } from '../../fakes/kube-fake-workloads.ts';
import { configMap, namespace, nodePool, pod, secret, workload } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import type { JsonObject } from '../../../src/engine/index.ts';

function setup(...objects: readonly KubeObject[]) {
  const kube = new FakeKube().seed(...objects);
  return { kube, world: new World({ kube: { source: kube } }), memory: new StepMemory() };
}

const np1 = {
  target: 'source',
  apiVersion: 'hypershift.openshift.io/v1beta1',
  kind: 'NodePool',
  namespace: 'clusters',
  name: 'np-1',
};
const pause = { ...np1, patch: { spec: { pausedUntil: 'true' } } };

describe('k8s.patch', () => {
  it('shows each field before and after', async () => {
    const { world } = setup(nodePool('clusters/np-1', { pausedUntil: 'false' }));
    expect((await planAction(world, k8sPatch, pause)).changes).toEqual([
      {
        kind: 'update',
        on: { target: 'source', object: 'NodePool clusters/np-1' },
        fields: [{ path: 'spec.pausedUntil', before: 'false', after: 'true' }],
        risk: 'disruptive',
      },
    ]);
  });

  it('on undo leaves a field that somebody else has changed since, and says which', async () => {
    const { kube, world, memory } = setup(nodePool('clusters/np-1', { replicas: 2 }));
    const both = { ...np1, patch: { spec: { pausedUntil: 'true', replicas: 5 } } };
    await applyAction(world, k8sPatch, both, { memory });
    kube.seed({
      ...(kube.peek('NodePool', 'np-1') as KubeObject),
      spec: { pausedUntil: 'true', replicas: 7 },
    });
    await expect(undoAction(world, k8sPatch, both, memory)).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      message: expect.stringContaining('NodePool clusters/np-1 spec.replicas'),
    });
    expect(kube.peek('NodePool', 'np-1')?.['spec']).toEqual({ replicas: 7 });
  });

  it('fails for an object that does not exist, while planning too: the engine knows what will be made', async () => {
    const { world } = setup();
    const absent = { code: 'CLIENT_NOT_FOUND' };
    await expect(applyAction(world, k8sPatch, pause)).rejects.toMatchObject(absent);
    await expect(planAction(world, k8sPatch, pause)).rejects.toMatchObject(absent);
  });

  it('keeps the old value of a Secret out of plan and journal', async () => {
    const { world, memory } = setup(secret('work/s', { key: 'b2xkIHNlY3JldA==' }));
    const change = {
      target: 'source',
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'work',
      name: 's',
      patch: { data: { key: 'bmV3' } },
    };
    const planned = await planAction(world, k8sPatch, change);
    await applyAction(world, k8sPatch, change, { memory });
    expect(JSON.stringify([planned, [...memory.undo]])).not.toContain('b2xkIHNlY3JldA==');
  });

  it('merges lists of pod templates by their keys when strategic', async () => {
    const containers = [
      { name: 'api', image: 'a:1' },
      { name: 'proxy', image: 'p:1' },
    ];
    const { kube, world } = setup(
      workload('Deployment', 'cp/api', 1, { template: { spec: { containers } } }),
    );
    await applyAction(world, k8sPatch, {
      target: 'source',
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'cp',
      name: 'api',
      type: 'strategic',
      patch: { spec: { template: { spec: { containers: [{ name: 'api', image: 'a:2' }] } } } },
    });
    expect(JSON.stringify(kube.peek('Deployment', 'api'))).toContain(
      '"containers":[{"name":"api","image":"a:2"},{"name":"proxy","image":"p:1"}]',
    );
  });
});

const manifest = (place: string, data: Record<string, string>) => ({
  target: 'source',
  manifests: [configMap(place, data)],
});

const signed = (url: string) => ({
  target: 'source',
  manifests: [configMap('work/a', { url, color: 'blue' }) as unknown as JsonObject],
});

describe('k8s.apply', () => {
  it('reads all documents of a folder, namespaces first', async () => {
    const kube = new FakeKube();
    const files = {
      'manifests/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
      'manifests/z.yml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: fresh}\n',
      'manifests/README.md': 'not a manifest',
    };
    const world = new World({ kube: { source: kube }, files });
    const applied = await applyAction(world, k8sApply, {
      target: 'source',
      folder: 'manifests',
      namespace: 'fresh',
    });
    expect(applied).toMatchObject({
      applied: [
        { kind: 'Namespace', name: 'fresh', operation: 'created' },
        { name: 'a', namespace: 'fresh', operation: 'created' },
        { name: 'b', namespace: 'fresh', operation: 'created' },
      ],
    });
  });

  it('knows its own object again where a value is made anew for each attempt, as a signed URL is', async () => {
    const { kube, world, memory } = setup(namespace('work'));
    await applyAction(world, k8sApply, signed('at 1'), { memory });
    expect(await probeAction(world, k8sApply, signed('at 2'), memory)).toEqual({
      found: 'not-done',
    });
    await applyAction(world, k8sApply, signed('at 2'), { memory });
    expect(await probeAction(world, k8sApply, signed('at 3'), memory)).toEqual({
      found: 'not-done',
    });
    kube.seed({ ...(kube.peek('ConfigMap', 'a') as KubeObject), data: { color: 'red' } });
    expect(await probeAction(world, k8sApply, signed('at 3'), memory)).toMatchObject({
      found: 'unclear',
    });
    await undoAction(world, k8sApply, signed('at 3'), memory);
    expect(kube.peek('ConfigMap', 'a')).toBeUndefined();
  });

  it('refuses to take a field from another manager unless forced', async () => {
    const { kube, world } = setup(configMap('work/seed', {}));
    const signal = new AbortController().signal;
    await kube.apply(configMap('work/a', { x: '1' }), {
      fieldManager: 'argo',
      force: false,
      signal,
    });
    await expect(planAction(world, k8sApply, manifest('work/a', { x: '2' }))).rejects.toMatchObject(
      { code: 'CLIENT_CONFLICT', message: expect.stringContaining('argo') },
    );
    await applyAction(world, k8sApply, { ...manifest('work/a', { x: '2' }), force: true });
    expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ x: '2' });
  });

  it('on undo does not delete an object that somebody made anew under the name', async () => {
    const { kube, world, memory } = setup(configMap('work/seed', {}));
    await applyAction(world, k8sApply, manifest('work/a', { x: '1' }), { memory });
    kube.objects.remove(kube.peek('ConfigMap', 'a') as KubeObject);
    kube.seed(configMap('work/a', { theirs: '1' }));
    await undoAction(world, k8sApply, manifest('work/a', { x: '1' }), memory);
    expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ theirs: '1' });
  });
});

describe('k8s.scale', () => {
  const down = { target: 'source', namespace: 'cp', kind: 'Deployment', name: 'api', replicas: 0 };

  it('is not done while a pod still terminates', async () => {
    const { kube, world } = setup(workload('Deployment', 'cp/api', 2));
    const pods = runWorkloads(kube, { linger: true });
    const seen: string[] = [];
    let podsAtEnd = -1;
    await applyAction(world, k8sScale, down, {
      onReport: ({ message }) => {
        seen.push(message);
        queueMicrotask(() => pods.letGo());
      },
    });
    podsAtEnd = kube.objects.all().filter(({ kind }) => kind === 'Pod').length;
    expect(seen[0]).toContain('2 pods');
    expect(podsAtEnd).toBe(0);
  });

  it('holds the count against a controller that sets it back with its last breath, not for ever', async () => {
    for (const [breaths, outcome] of [
      [1, 'done'],
      [1_000, 'CLIENT_CONFLICT'],
    ] as const) {
      const { kube, world } = setup(workload('Deployment', 'cp/api', 1));
      let left: number = breaths;
      kube.controllers.push((server) => {
        const present = server.peek('Deployment', 'api') as KubeObject;
        if (left === 0 || JSON.stringify(present['spec']).includes('"replicas":1')) return;
        left -= 1;
        server.objects.put(workload('Deployment', 'cp/api', 1));
      });
      runWorkloads(kube);
      const ended = applyAction(world, k8sScale, down).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
      expect(await ended).toBe(outcome);
    }
  });

  it('refuses to scale down a StatefulSet whose volumes would be deleted', async () => {
    const policy = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    const { world } = setup(workload('StatefulSet', 'cp/etcd', 3, policy));
    const params = { target: 'source', namespace: 'cp', all: true, replicas: 0 };
    for (const attempt of [planAction, applyAction]) {
      await expect(attempt(world, k8sScale, params)).rejects.toMatchObject({ code: 'PROTECTED' });
    }
  });

  it('puts each count back, and leaves one alone that somebody else has changed', async () => {
    const { kube, world, memory } = setup(
      workload('Deployment', 'cp/api', 3),
      workload('Deployment', 'cp/web', 2),
    );
    runWorkloads(kube);
    const params = { target: 'source', namespace: 'cp', all: true, replicas: 0 };
    await applyAction(world, k8sScale, params, { memory });
    kube.seed(workload('Deployment', 'cp/web', 1));
    await expect(undoAction(world, k8sScale, params, memory)).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      message: expect.stringContaining('Deployment cp/web has 1 replica, not 0'),
    });
    expect(kube.peek('Deployment', 'api')?.['spec']).toMatchObject({ replicas: 3 });
  });

  it('fails for a missing workload unless told to ignore it', async () => {
    const { world } = setup();
    await expect(applyAction(world, k8sScale, down)).rejects.toMatchObject({
      message: 'No Deployment in cp is named api',
    });
    expect(await applyAction(world, k8sScale, { ...down, missing: 'ignore' })).toEqual({
      scaled: [],
    });
  });
});

describe('k8s.exec', () => {
  const run = { target: 'source', namespace: 'work', selector: 'app=etcd', command: ['etcd'] };

  it('runs in the first ready pod and keeps the beginning of a long output', async () => {
    const { kube, world } = setup(pod('work/etcd-0', 'etcd', false), pod('work/etcd-1', 'etcd'));
    kube.onExec = () => ({ stdout: 'abcdef', stderr: 'warn' });
    expect(await applyAction(world, k8sExec, { ...run, maxOutputBytes: 3 })).toEqual({
      exitCode: 0,
      stdout: 'abc',
      stderr: 'war',
      pod: 'etcd-1',
    });
  });

  it('fails with the end of stderr when the exit code is not expected', async () => {
    const { kube, world } = setup(pod('work/etcd-0', 'etcd'));
    kube.onExec = () => ({ code: 2, stderr: 'no space left on device' });
    await expect(applyAction(world, k8sExec, run)).rejects.toMatchObject({
      code: 'EXEC_FAILED',
      message: '"etcd" in work/etcd-0 ended with 2: no space left on device',
    });
    expect(await applyAction(world, k8sExec, { ...run, expectExitCodes: [2] })).toMatchObject({
      exitCode: 2,
    });
  });

  it('says so when no pod is ready', async () => {
    const { world } = setup(pod('work/etcd-0', 'etcd', false));
    await expect(applyAction(world, k8sExec, run)).rejects.toMatchObject({
      message: 'Pod in work with app=etcd: none of 1 pod is ready',
    });
  });
});
