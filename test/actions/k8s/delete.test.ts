// k8s.delete: what it refuses, and that no controller ever gets to act on a deletion with finalizers: remove.

import { describe, expect, it } from 'vitest';
import { k8sDelete } from '../../../src/actions/k8s/delete.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory, readContext } from '../../fakes/contexts.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { clusterApi, configMap, hostedCluster, namespace } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const finalizer = 'machine.cluster.x-k8s.io';

function setup(...objects: readonly KubeObject[]) {
  const kube = new FakeKube().seed(...objects);
  return { kube, world: new World({ kube: { source: kube } }) };
}

/** A machine controller: terminates the instance of a machine that is being deleted, unless it is paused. */
function runMachines(kube: FakeKube, putBack: number): { readonly terminated: string[] } {
  const terminated: string[] = [];
  let left = putBack;
  kube.controllers.push((server, object) => {
    const present = server.peek('Machine', object.metadata.name);
    if (present === undefined) return;
    const { annotations, deletionTimestamp, finalizers = [] } = present.metadata;
    const isPaused = JSON.stringify(annotations ?? {}).includes('paused');
    if (deletionTimestamp !== undefined && !isPaused) terminated.push(present.metadata.name);
    if (left === 0 || (finalizers as readonly string[]).length > 0) return;
    left -= 1;
    server.objects.put({
      ...present,
      metadata: { ...present.metadata, finalizers: [finalizer] },
    });
  });
  return { terminated };
}

const machines = {
  target: 'source',
  apiVersion: 'cluster.x-k8s.io/*',
  kind: 'Machine',
  namespace: 'cp',
  all: true,
  finalizers: 'remove',
};

const machine = () => clusterApi('Machine', 'cp/m-1', { metadata: { finalizers: [finalizer] } });

describe('k8s.delete', () => {
  it('lets no controller terminate what a machine stands for', async () => {
    const { kube, world } = setup(machine());
    const { terminated } = runMachines(kube, 0);
    const outputs = await applyAction(world, k8sDelete, machines);
    expect(outputs).toMatchObject({ deleted: [{ kind: 'Machine', name: 'm-1' }] });
    expect(kube.peek('Machine', 'm-1')).toBeUndefined();
    expect(terminated).toEqual([]);
  });

  it('deletes what is made anew only where it waits until nothing is left: a restart happens once', async () => {
    const pods = {
      target: 'source',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'ns',
      all: true,
    };
    const restart = { ...pods, waitUntilGone: false };
    const killedAfter = async (params: typeof pods) => {
      const { kube, world } = setup(configMap('ns/a', {}), configMap('ns/b', {}));
      const memory = new StepMemory();
      const outputs = await applyAction(world, k8sDelete, params, { memory });
      // Killed before the end was recorded; meanwhile a controller has made one anew, under the same name.
      kube.seed(configMap('ns/a', {}));
      const undoEntries = memory.undo;
      const asked = { ...readContext(world), undoEntries, token: memory.token };
      const probed = await k8sDelete.probe(params, asked);
      const again = await applyAction(world, k8sDelete, params, { memory });
      expect(again).toEqual(outputs);
      return { probed, left: kube.peek('ConfigMap', 'a') };
    };
    const restarted = await killedAfter(restart);
    expect(restarted.probed).toMatchObject({ found: 'done' });
    expect(restarted.left).toBeDefined();
    const gone = await killedAfter(pods);
    expect(gone.probed).toMatchObject({ found: 'unclear' });
    expect(gone.left).toBeUndefined();
  });

  it('strips a finalizer again that a running operator has put back', async () => {
    const { kube, world } = setup(machine());
    const { terminated } = runMachines(kube, 2);
    await applyAction(world, k8sDelete, machines);
    expect(kube.peek('Machine', 'm-1')).toBeUndefined();
    expect(terminated).toEqual([]);
  });

  it.each([
    ['default', {}],
    ['kube-system', {}],
    ['openshift-etcd', {}],
    ['hypershift', {}],
    ['mine', { labels: { 'drctl.dev/protected': 'true' } }],
  ])('refuses the namespace %s', async (name, metadata) => {
    const { world } = setup(namespace(name, metadata));
    const params = { target: 'source', apiVersion: 'v1', kind: 'Namespace', name };
    for (const attempt of [planAction, applyAction]) {
      await expect(attempt(world, k8sDelete, params)).rejects.toMatchObject({ code: 'PROTECTED' });
    }
  });

  it('refuses a namespace that holds a hosted cluster, a neighbour for one', async () => {
    const { world } = setup(hostedCluster('clusters/neighbour', {}));
    const params = { target: 'source', apiVersion: 'v1', kind: 'Namespace', name: 'clusters' };
    await expect(applyAction(world, k8sDelete, params)).rejects.toMatchObject({
      code: 'PROTECTED',
      message: expect.stringContaining('holds the hosted cluster clusters/neighbour'),
    });
  });

  it('refuses all objects of a cluster-scoped kind, and of a kind in all namespaces', async () => {
    const { world } = setup();
    for (const kind of ['Namespace', 'ConfigMap']) {
      const params = { target: 'source', apiVersion: 'v1', kind, all: true };
      await expect(applyAction(world, k8sDelete, params)).rejects.toMatchObject({
        code: 'PROTECTED',
      });
    }
  });

  it('frees a namespace that would hang on the finalizers of what is in it', async () => {
    const { kube, world } = setup(
      configMap('cp/held', {}, { finalizers: ['example.com/held'] }),
      machine(),
    );
    const params = {
      target: 'source',
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'cp',
      contents: 'removeFinalizers',
    };
    const planned = await planAction(world, k8sDelete, params);
    expect(planned.notes?.[0]).toContain('(1 ConfigMap, 1 Machine): that cannot be undone');
    const memory = new StepMemory();
    await applyAction(world, k8sDelete, params, { memory });
    expect(kube.objects.all()).toEqual([]);
    await expect(undoAction(world, k8sDelete, params, memory)).rejects.toMatchObject({
      message: expect.stringContaining('Namespace cp (1 ConfigMap, 1 Machine) cannot be brought'),
    });
    expect(kube.peek('Namespace', 'cp')).toBeDefined();
  });

  it('deletes nothing under a name whose object was re-created meanwhile', async () => {
    const { kube, world } = setup(configMap('work/a', { old: '1' }));
    const params = {
      target: 'source',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'work',
      name: 'a',
    };
    const original = kube.delete.bind(kube);
    kube.delete = async (ref, options) => {
      kube.objects.remove(kube.peek('ConfigMap', 'a') as KubeObject);
      kube.seed(configMap('work/a', { new: '1' }));
      await original(ref, options);
    };
    await applyAction(world, k8sDelete, params);
    expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ new: '1' });
  });

  it('refuses to find less than expected', async () => {
    const { world } = setup();
    await expect(
      applyAction(world, k8sDelete, { ...machines, expectAtLeast: 1 }),
    ).rejects.toMatchObject({ code: 'SELECTION_EMPTY' });
  });
});
