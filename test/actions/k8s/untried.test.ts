// What a plan does not try on the server, or not on what it read: what is not there yet, what moves, what is too much; and
// what it does not repeat.

import { describe, expect, it } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sPatch } from '../../../src/actions/k8s/patch.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory, readContext } from '../../fakes/contexts.ts';
import { configMap, namespace, secret } from '../../fakes/objects.ts';
import { cluster, exported, maps, restore } from './trial-worlds.ts';

const wanted = [configMap('work/a', { size: '2' }), configMap('work/b', { size: '2' })];

describe('what is not there yet', () => {
  it('is not tried: a namespace that the same step makes holds nothing yet', async () => {
    const objects = [namespace('fresh'), configMap('fresh/a', { size: '1' })];
    for (const { world, action, params } of [
      { ...(await exported(objects)), action: k8sRestore, params: restore },
      { ...(await cluster()), action: k8sApply, params: { target: 'here', manifests: objects } },
    ]) {
      const { changes, notes = [] } = await planAction(world, action, params);
      expect(changes.map(({ kind }) => kind)).toEqual(['create', 'create']);
      expect(notes.filter((note) => note.includes('ConfigMap'))).toEqual([]);
    }
  });

  it('is said where nobody makes it', async () => {
    const { kube, world } = await exported(wanted);
    for (const one of kube.objects.all()) kube.objects.remove(one);
    const { changes, notes } = await planAction(world, k8sRestore, restore);
    expect(changes).toHaveLength(2);
    expect(notes?.[0]).toBe(
      'ConfigMap work/a: Namespace work does not exist now; the step fails unless that changes by then',
    );
  });

  it('is not tried with a value that is known only later, which no server may judge', async () => {
    const { kube, world } = await exported(wanted);
    kube.refuses = (_before, after) =>
      JSON.stringify(after).includes('(known after') ? 'no URL' : undefined;
    const set = [{ path: 'data.size', value: '(known after sign)' }];
    const ctx = { ...readContext(world), incomplete: true };
    const { changes } = await k8sRestore.plan({ ...restore, set }, ctx);
    expect(changes).toHaveLength(2);
    await expect(planAction(world, k8sRestore, { ...restore, set })).rejects.toMatchObject({
      code: 'CLIENT_INVALID',
    });
  });
});

it('an object that moves while it is tried is tried again: what others did is not undone with it', async () => {
  const { kube, world } = await cluster(configMap('work/a', { size: '1', theirs: 'before' }));
  const memory = new StepMemory();
  const params = { target: 'here', ...maps, name: 'a', patch: { data: { size: '2' } } };
  const previewPatch = kube.previewPatch.bind(kube);
  let moves = 0;
  kube.previewPatch = async (ref, options) => {
    moves += 1;
    if (moves === 1)
      kube.seed({
        ...((await kube.get(ref, options.signal)) as KubeObject),
        data: { size: '1', theirs: 'after' },
      });
    return previewPatch(ref, options);
  };
  await applyAction(world, k8sPatch, params, { memory });
  expect(JSON.stringify([...memory.undo])).not.toContain('theirs');
  await undoAction(world, k8sPatch, params, memory);
  expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ size: '1', theirs: 'after' });
});

it('a refusal says nothing of the data of a Secret, also where the server quotes it', async () => {
  const { kube, world } = await cluster(secret('work/s', { key: 'b2xkIHNlY3JldA==' }));
  kube.refuses = (before, after) =>
    `patch: Invalid value: ${JSON.stringify([before?.['data'], after['data']])}, old secret, and cut: bmV3IHNl`;
  const params = {
    target: 'here',
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'work',
    name: 's',
    patch: { data: { key: 'bmV3IHNlY3JldA==' } },
  };
  const error: unknown = await planAction(world, k8sPatch, params).catch((one: unknown) => one);
  const { message } = error as Error;
  expect(message).toContain('Secret s: patch: Invalid value: [{"key":"(sensitive)"}');
  for (const part of ['b2xk', 'bmV3', 'old secret', 'new secret'])
    expect(message).not.toContain(part);
});

it('of very many objects of a kind a bounded number is tried, and the plan says so', async () => {
  const many = Array.from({ length: 1_003 }, (_, index) => configMap(`work/m-${index}`, {}));
  const { kube, world } = await cluster(...many);
  let tried = 0;
  kube.refuses = () => {
    tried += 1;
    return undefined;
  };
  const params = { target: 'here', ...maps, all: true, patch: { data: { size: '2' } } };
  const { changes, notes } = await planAction(world, k8sPatch, params);
  expect(changes).toHaveLength(1_003);
  expect(tried).toBe(1_000);
  expect(notes).toEqual([
    'only 1000 objects of kind ConfigMap are tried on the server beforehand, and the rest is not',
  ]);
});
