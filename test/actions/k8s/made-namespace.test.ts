// The undo of having made a namespace: empty it goes, with somebody's things in it it stays, whoever made it.

import { describe, expect, it } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory, writeContext } from '../../fakes/contexts.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { configMap, kubeObject, namespace, secret } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { exportedWorld } from '../laws/exported-world.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';

const fresh = { target: 'source', manifests: [namespace('fresh')] };
const internalAuth = 'openshift.io/internal-registry-auth-token.service-account';
const platform = [
  kubeObject('v1', 'ServiceAccount', 'fresh/builder'),
  secret(
    'fresh/builder-dockercfg-x',
    {},
    { type: 'kubernetes.io/dockercfg', metadata: { annotations: { [internalAuth]: 'builder' } } },
  ),
  configMap('fresh/kube-root-ca.crt', {}),
];
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'gone' };

async function applied() {
  const kube = new FakeKube();
  const world = new World({ kube: { source: kube } });
  const memory = new StepMemory();
  const planned = await planAction(world, k8sApply, fresh);
  await applyAction(world, k8sApply, fresh, { memory });
  return { kube, world, memory, planned };
}

/** What it said meanwhile. */
async function undone(
  { world, memory }: { world: World; memory: StepMemory },
  onReport: () => void = () => {},
): Promise<readonly string[]> {
  if (!k8sApply.undo.possible) throw new Error(k8sApply.undo.because);
  const said: string[] = [];
  const ctx = writeContext(world, memory, {
    onReport: ({ message }) => {
      said.push(message);
      onReport();
    },
  });
  await k8sApply.undo.run({ params: fresh, entries: new Map(memory.undo) }, ctx);
  return said;
}

const isThere = (kube: FakeKube, name: string): boolean => {
  const present = kube.peek('Namespace', name);
  return present !== undefined && present.metadata['deletionTimestamp'] === undefined;
};

describe('a namespace that k8s.apply has made', () => {
  it('goes on undo while only what the platform puts into every namespace is in it, as its plan says', async () => {
    const { kube, world, memory, planned } = await applied();
    kube.seed(...platform);
    await undone({ world, memory });
    expect(kube.peek('Namespace', 'fresh')).toBeUndefined();
    expect(planned.changes).toMatchObject([{ kind: 'create' }]);
    expect(planned.notes).toEqual([
      'the undo of this step deletes Namespace fresh only when nothing is in it, unless the runbook has one of its own',
    ]);
  });

  it('is left on undo with what others have put into it, finalizers and all, and that is said', async () => {
    const { kube, world, memory } = await applied();
    const held = { finalizers: ['example.com/hold'] };
    const pull = secret('fresh/pull', {}, { type: 'kubernetes.io/dockercfg' });
    kube.seed(...platform, configMap('fresh/theirs', {}, held), secret('fresh/one', {}), pull);
    expect(await undone({ world, memory })).toEqual([
      'Namespace fresh is left: it holds 2 Secrets, 1 ConfigMap',
    ]);
    expect(isThere(kube, 'fresh')).toBe(true);
    expect(kube.peek('ConfigMap', 'theirs')?.metadata).toMatchObject(held);
  });

  it('waits for the garbage collector, but not for ever', async () => {
    const collected = await applied();
    collected.kube.seed(configMap('fresh/owned', {}, { ownerReferences: [owner] }));
    await undone(collected, () => collected.kube.objects.collectGarbage());
    expect(collected.kube.peek('Namespace', 'fresh')).toBeUndefined();

    const stuck = await applied();
    stuck.kube.seed(configMap('fresh/owned', {}, { ownerReferences: [owner] }));
    expect((await undone(stuck)).at(-1)).toBe('Namespace fresh is left: it holds 1 ConfigMap');
  });
});

describe('a namespace that k8s.restore has made', () => {
  it.each([
    ['goes on undo with what was restored into it', [], false],
    ['is left on undo with what others have put into it', ['clusters-prod/theirs'], true],
  ])('%s', async (_, theirs, isLeft) => {
    const world = await exportedWorld();
    const destination = world.kube('destination');
    destination.objects.remove(destination.peek('Namespace', 'clusters-prod') as KubeObject);
    const all = { target: 'destination', from: 'objects' };
    const memory = new StepMemory();
    await applyAction(world, k8sRestore, all, { memory });
    destination.seed(...theirs.map((place) => configMap(place, {})));
    await undoAction(world, k8sRestore, all, memory);
    expect(destination.peek('HostedControlPlane', 'prod')).toBeUndefined();
    expect(isThere(destination, 'clusters-prod')).toBe(isLeft);
    expect(destination.peek('ConfigMap', 'theirs') !== undefined).toBe(isLeft);
  });
});
