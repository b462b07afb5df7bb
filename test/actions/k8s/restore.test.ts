// k8s.restore: in which order and with which owners objects arrive, and what happens to those that are there.

import { describe, expect, it } from 'vitest';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory, readContext } from '../../fakes/contexts.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { configMap, namespace } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { exportedWorld } from '../laws/exported-world.ts';

const restoreAll = { target: 'destination', from: 'objects' };

const urlOf = (value: string) => ({
  ...restoreAll,
  set: [{ kind: 'HostedCluster', path: 'spec.url', value, onlyAtCreation: true }],
});

describe('k8s.restore', () => {
  it('owns restored objects by the new identities, so that nothing is garbage-collected', async () => {
    const world = await exportedWorld();
    await applyAction(world, k8sRestore, restoreAll);
    const destination = world.kube('destination');
    const count = destination.objects.all().length;
    destination.objects.collectGarbage();
    expect(destination.objects.all()).toHaveLength(count);
    expect(destination.peek('Machine', 'm-1')?.metadata['ownerReferences']).toEqual([
      {
        apiVersion: 'cluster.x-k8s.io/v1beta1',
        kind: 'MachineSet',
        name: 'ms',
        controller: true,
        uid: destination.peek('MachineSet', 'ms')?.metadata['uid'],
      },
    ]);
    // Secrets come before the control plane that owns them, and get their owner later.
    const controlPlane = destination.peek('HostedControlPlane', 'prod')?.metadata['uid'] as string;
    const pull = destination.peek('Secret', 'pull', 'clusters-prod');
    expect(JSON.stringify(pull?.metadata['ownerReferences'])).toContain(controlPlane);
  });

  it('knows its own half-made work again when another attempt is planned, however others changed it since', async () => {
    const world = await exportedWorld();
    const memory = new StepMemory();
    await applyAction(world, k8sRestore, restoreAll, { memory });
    await world.kube('destination').patch(
      {
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'HostedCluster',
        namespace: 'clusters',
        name: 'prod',
      },
      {
        type: 'merge',
        patch: { metadata: { finalizers: ['back-again'] } },
        signal: AbortSignal.timeout(5_000),
      },
    );
    const earlier = { undoEntries: memory.undo, token: memory.token };
    const again = await k8sRestore.plan(restoreAll, { ...readContext(world), earlier });
    expect(again.changes.map(({ kind }) => kind)).toEqual(['none']);
    await expect(k8sRestore.plan(restoreAll, readContext(world))).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
    });
  });

  it('makes Secrets before anything that could make them anew, and owners before the owned', async () => {
    const world = await exportedWorld();
    const order: string[] = [];
    world.kube('destination').controllers.push((_, { kind }) => order.push(kind));
    await applyAction(world, k8sRestore, restoreAll);
    const first = (kind: string): number => order.indexOf(kind);
    expect(order.lastIndexOf('ConfigMap')).toBeLessThan(first('HostedCluster'));
    expect(first('Cluster')).toBeLessThan(first('MachineSet'));
    expect(first('MachineSet')).toBeLessThan(first('Machine'));
  });

  it('gives what an earlier step has restored its owner once that exists, and takes it back on undo', async () => {
    const world = await exportedWorld();
    const destination = world.kube('destination');
    const ownersOfPull = () =>
      destination.peek('Secret', 'pull', 'clusters-prod')?.metadata['ownerReferences'];
    await applyAction(world, k8sRestore, { ...restoreAll, select: [{ kind: 'Secret' }] });
    expect(ownersOfPull()).toBeUndefined();
    const second = { ...restoreAll, select: [{ kind: 'HostedControlPlane' }] };
    const memory = new StepMemory('second-step');
    await applyAction(world, k8sRestore, second, { memory });
    const controlPlane = destination.peek('HostedControlPlane', 'prod')?.metadata['uid'] as string;
    expect(JSON.stringify(ownersOfPull())).toContain(controlPlane);
    await undoAction(world, k8sRestore, second, memory);
    expect(destination.peek('HostedControlPlane', 'prod')).toBeUndefined();
    expect(destination.peek('Secret', 'pull', 'clusters-prod')).toBeDefined();
    expect(ownersOfPull()).toBeUndefined();
  });

  it('drops a reference to an owner that is not there, and says so', async () => {
    const world = await exportedWorld();
    const outputs = await applyAction(world, k8sRestore, {
      ...restoreAll,
      select: [{ apiVersion: 'cluster.x-k8s.io/*', kind: 'Machine' }],
    });
    expect(world.kube('destination').peek('Machine', 'm-1')?.metadata['ownerReferences']).toBe(
      undefined,
    );
    expect(outputs['withoutOwners']).toEqual([
      expect.stringContaining('without its owner MachineSet ms'),
    ]);
  });

  it('sets, unsets and takes one finalizer of several, without the marks of the old server', async () => {
    const world = await exportedWorld();
    await applyAction(world, k8sRestore, {
      ...restoreAll,
      select: [{ kind: 'HostedCluster' }],
      set: [
        {
          kind: 'HostedCluster',
          path: 'spec.etcd.managed.storage.restoreSnapshotURL',
          value: ['https://bucket/etcd.db'],
          onlyAtCreation: true,
        },
      ],
      unset: [
        { path: 'spec.pausedUntil' },
        { path: 'metadata.finalizers', value: 'hypershift.io/aws-oidc-discovery' },
      ],
    });
    expect(world.kube('destination').peek('HostedCluster', 'prod')).toMatchObject({
      metadata: {
        uid: expect.stringMatching(/^destination-/),
        finalizers: ['hypershift.openshift.io/finalizer'],
      },
      spec: {
        pullSecret: { name: 'pull' },
        etcd: { managed: { storage: { restoreSnapshotURL: ['https://bucket/etcd.db'] } } },
      },
    });
    const spec = world.kube('destination').peek('HostedCluster', 'prod')?.['spec'];
    expect(spec).not.toHaveProperty('pausedUntil');
  });

  it('after a crash does not change the URL of what it made, though it is signed anew', async () => {
    const world = await exportedWorld();
    const destination = world.kube('destination');
    destination.refuses = (before, after) =>
      before !== undefined &&
      after.kind === 'HostedCluster' &&
      JSON.stringify(before['spec']) !== JSON.stringify(after['spec'])
        ? 'restoreSnapshotURL is immutable'
        : undefined;
    const memory = new StepMemory();
    await applyAction(world, k8sRestore, urlOf('https://first'), { memory });
    memory.undo.delete('uid of HostedCluster.hypershift.openshift.io clusters/prod');
    const again = await applyAction(world, k8sRestore, urlOf('https://second'), { memory });
    expect(destination.peek('HostedCluster', 'prod')?.['spec']).toMatchObject({
      url: 'https://first',
    });
    expect(again).toMatchObject({ updated: 0 });
  });

  it('keeps what is equal, refuses what differs, and names the fields', async () => {
    const world = await exportedWorld();
    const select = [{ kind: 'ConfigMap' }];
    world.kube('destination').seed(configMap('clusters/tuning', { config: 'other', more: 'y' }));
    await expect(applyAction(world, k8sRestore, { ...restoreAll, select })).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      message: 'ConfigMap clusters/tuning exists there already and differs in data.config',
    });
    const memory = new StepMemory();
    const update = { ...restoreAll, select, existing: 'update' };
    await applyAction(world, k8sRestore, update, { memory });
    expect(world.kube('destination').peek('ConfigMap', 'tuning')?.['data']).toEqual({
      config: 'x',
      more: 'y',
    });
    expect(await applyAction(world, k8sRestore, { ...restoreAll, select })).toMatchObject({
      kept: 1,
    });
    await undoAction(world, k8sRestore, update, memory);
    expect(world.kube('destination').peek('ConfigMap', 'tuning')?.['data']).toEqual({
      config: 'other',
      more: 'y',
    });
  });

  it('refuses a file that is not what was exported', async () => {
    const world = await exportedWorld();
    const name = [...world.artifacts.files.keys()].find((file) => file.endsWith('/Secret.json'));
    world.artifacts.files.set(name ?? '', new TextEncoder().encode('{"kind":"Secret"}'));
    await expect(applyAction(world, k8sRestore, restoreAll)).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
      message: expect.stringContaining('Secret.json is not what was exported'),
    });
    expect(world.kube('destination').peek('HostedCluster', 'prod')).toBeUndefined();
  });

  it('restores into another namespace where the exported version is served, preferred or not', async () => {
    const { destination, restore } = await otherWorld(['v1beta3', 'v1beta2']);
    await restore();
    expect(destination.peek('Cluster', 'infra')?.metadata['namespace']).toBe('clusters-new');
  });

  it('refuses a version that is not served, since another one has other fields', async () => {
    const { destination, restore } = await otherWorld(['v1beta3']);
    await expect(restore()).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
      message: 'The server does not serve cluster.x-k8s.io/v1beta2 Cluster',
      hint: expect.stringContaining('It serves cluster.x-k8s.io/v1beta3 only'),
    });
    expect(destination.peek('Cluster', 'infra')).toBeUndefined();
  });

  it('on undo lets no controller see a deletion that it would act on', async () => {
    const world = await exportedWorld();
    const destination = world.kube('destination');
    const memory = new StepMemory();
    await applyAction(world, k8sRestore, restoreAll, { memory });
    const acted: string[] = [];
    destination.controllers.push((kube, { kind, metadata: { name } }) => {
      const present = kube.peek(kind, name);
      if (present?.metadata['deletionTimestamp'] !== undefined) acted.push(`${kind} ${name}`);
    });
    await undoAction(world, k8sRestore, restoreAll, memory);
    expect(acted).toEqual([]);
    expect(destination.objects.all().map(({ metadata }) => metadata.name)).toEqual([
      'clusters',
      'clusters-prod',
    ]);
  });

  it('shows in the plan what it would make, and no data of Secrets', async () => {
    const world = await exportedWorld();
    const { changes } = await planAction(world, k8sRestore, restoreAll);
    expect(changes.length).toBeGreaterThan(5);
    expect(JSON.stringify(changes)).not.toContain('cHVsbA==');
    const before = await planAction(world, k8sRestore, { ...restoreAll, from: 'not-yet' });
    expect(before.changes).toEqual([expect.objectContaining({ kind: 'run', risk: 'safe' })]);
  });
});

/** The same export, and a destination that serves Cluster API in these versions. */
async function otherWorld(versions: readonly string[]) {
  const world = await exportedWorld();
  const destination = new FakeKube({
    kinds: [
      { group: '', versions: ['v1'], kind: 'Namespace', plural: 'namespaces', namespaced: false },
      {
        group: 'cluster.x-k8s.io',
        versions,
        kind: 'Cluster',
        plural: 'clusters',
        namespaced: true,
      },
    ],
  }).seed(namespace('clusters-new'));
  const readers = { ...world.readers, kube: async () => destination };
  const clients = { ...world.clients, kube: async () => destination };
  const restore = async (): Promise<unknown> =>
    applyAction(new World({ kube: { destination }, readers, clients }), k8sRestore, {
      ...restoreAll,
      select: [{ kind: 'Cluster' }],
      namespaces: { 'clusters-prod': 'clusters-new' },
    });
  return { destination, restore };
}
