// Changes that are tried on the server while they are planned (a dry run): a plan shows what the server would store, is
// refused for what the server would refuse in any case, and says what cannot be told beforehand.

import { describe, expect, it } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sPatch } from '../../../src/actions/k8s/patch.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import { k8sScale } from '../../../src/actions/k8s/scale.ts';
import type { Action, JsonObject } from '../../../src/engine/index.ts';
import type { DrPorts, KubeObject } from '../../../src/actions/ports.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import type { FakeKube } from '../../fakes/kube-fake.ts';
import { configMap, secret, workload } from '../../fakes/objects.ts';
import type { World } from '../../fakes/world.ts';
import { cluster, exported, maps, restore } from './trial-worlds.ts';

interface Case {
  readonly action: Action<DrPorts>;
  readonly params: JsonObject;
  /** The objects that it would change, in order. */
  readonly objects: readonly string[];
  build(): Promise<{ readonly world: World; readonly kube: FakeKube }>;
}

const there = [configMap('work/a', { size: '1', mode: 'old' }), configMap('work/b', { size: '1' })];

const wanted = [configMap('work/a', { size: '2' }), configMap('work/b', { size: '2' })];
const both = ['ConfigMap work/a', 'ConfigMap work/b'];

const cases: Readonly<Record<string, Case>> = {
  'k8s.patch': {
    action: k8sPatch,
    params: { target: 'here', ...maps, all: true, patch: { data: { size: '2' } } },
    objects: both,
    build: async () => cluster(...there),
  },
  'k8s.apply': {
    action: k8sApply,
    params: { target: 'here', manifests: wanted },
    objects: both,
    build: async () => cluster(...there),
  },
  'k8s.restore of new objects': {
    action: k8sRestore,
    params: restore,
    objects: both,
    build: async () => exported(wanted),
  },
  'k8s.restore over what is there': {
    action: k8sRestore,
    params: { ...restore, existing: 'update' },
    objects: both,
    build: async () => exported(wanted, ...there),
  },
  'k8s.scale': {
    action: k8sScale,
    params: { target: 'here', namespace: 'work', all: true, replicas: 0, waitForPods: false },
    objects: ['Deployment work/a', 'Deployment work/b'],
    build: async () =>
      cluster(workload('Deployment', 'work/a', 1), workload('Deployment', 'work/b', 1)),
  },
};

describe.each(Object.entries(cases))('%s', (_name, { action, params, objects, build }) => {
  it('is refused while it is planned, with all that the server refuses and its words for it', async () => {
    const { kube, world } = await build();
    kube.refuses = (_before, after) => `${after.metadata.name} does not fit`;
    await expect(planAction(world, action, params)).rejects.toMatchObject({
      code: 'CLIENT_INVALID',
      message: expect.stringMatching(
        /^2 objects would be refused: .*a does not fit; .*b does not fit/,
      ),
    });
    kube.refuses = (_before, { metadata: { name } }) => (name === 'b' ? 'b is odd' : undefined);
    await expect(planAction(world, action, params)).rejects.toMatchObject({
      code: 'CLIENT_INVALID',
      message: expect.stringMatching(/^\w+ b: b is odd$/),
    });
  });

  it('is planned without the right to do it, and warns that it will fail', async () => {
    const { kube, world } = await build();
    const asBefore = await planAction(world, action, params);
    kube.denies = ({ verb }) => verb === 'patch' || verb === 'create';
    const { changes, warnings } = await planAction(world, action, params);
    expect(changes).toEqual(asBefore.changes);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^here: you may not (patch|create) \w+ work\/a, and the step will fail; "drctl doctor" lists/,
      ),
    ]);
    expect(asBefore.warnings).toEqual([]);
  });

  it('is planned where a webhook takes no part in a dry run, and says so once', async () => {
    const { kube, world } = await build();
    const asBefore = await planAction(world, action, params);
    kube.tellsNothing = () => 'admission webhook "w" does not support dry run';
    const { changes, notes } = await planAction(world, action, params);
    expect(changes).toEqual(asBefore.changes);
    expect(notes).toEqual([
      'not tried on the server beforehand: admission webhook "w" does not support dry run',
    ]);
  });

  it('changes each object in the plan, with nothing in it that only a dry run has', async () => {
    const { world } = await build();
    const [first, second] = [
      await planAction(world, action, params),
      await planAction(world, action, params),
    ];
    expect(second.changes).toEqual(first.changes);
    expect(first.changes.map((change) => 'on' in change && change.on.object)).toEqual(objects);
    const text = JSON.stringify(first.changes);
    for (const own of [
      'uid',
      'managedFields',
      'creationTimestamp',
      'generation',
      'resourceVersion',
    ])
      expect(text).not.toContain(own);
  });
});

/** A default for what is absent, and one form of a value. */
function filling(object: KubeObject): KubeObject {
  const data = object['data'] as JsonObject | undefined;
  if (object.kind !== 'ConfigMap' || data === undefined) return object;
  const size = data['size'] === '1000m' ? '1' : (data['size'] ?? '1');
  return { ...object, data: { mode: 'auto', ...data, size } };
}

function denial(kube: FakeKube, kind: string): void {
  kube.webhook = (after) => (after.kind === kind ? 'no such Secret' : undefined);
}

describe('what the server would store', () => {
  const patch = { target: 'here', ...maps, name: 'a' };

  it('is what a patch shows: the default in place of what goes, nothing for what only reads otherwise', async () => {
    const { kube, world } = await cluster(...there);
    kube.filled = filling;
    const removal = { ...patch, patch: { data: { mode: null } } };
    expect((await planAction(world, k8sPatch, removal)).changes).toMatchObject([
      { fields: [{ path: 'data.mode', before: 'old', after: 'auto' }] },
    ]);
    const same = { ...patch, patch: { data: { size: '1000m' } } };
    expect((await planAction(world, k8sPatch, same)).changes).toMatchObject([{ kind: 'none' }]);
  });

  it('is what a patch records and undoes', async () => {
    const { kube, world } = await cluster(...there);
    kube.filled = filling;
    const memory = new StepMemory();
    const removal = { ...patch, patch: { data: { mode: null } } };
    await applyAction(world, k8sPatch, removal, { memory });
    expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ mode: 'auto', size: '1' });
    await undoAction(world, k8sPatch, removal, memory);
    expect(kube.peek('ConfigMap', 'a')?.['data']).toEqual({ mode: 'old', size: '1' });
  });

  it('is what a restore shows of the fields that it sets, and only of those', async () => {
    const { kube, world } = await exported([configMap('work/a', { size: '1000m' })]);
    kube.filled = filling;
    expect((await planAction(world, k8sRestore, restore)).changes).toMatchObject([
      { kind: 'create', fields: [{ path: 'data.size', after: '1' }] },
    ]);
  });

  it('is without what an old server would drop in silence', async () => {
    const { kube, world } = await exported([configMap('work/a', { size: '2', colour: 'red' })]);
    kube.filled = (object) =>
      object.kind === 'ConfigMap' ? { ...object, data: { size: '2' } } : object;
    const { changes } = await planAction(world, k8sRestore, restore);
    expect(JSON.stringify(changes)).not.toContain('colour');
  });

  it('leaves what a restore would update as it is where only the form differs', async () => {
    const desired = [configMap('work/a', { size: '1000m' })];
    const { kube, world } = await exported(desired, configMap('work/a', { size: '1' }));
    kube.filled = filling;
    const update = { ...restore, existing: 'update' };
    expect((await planAction(world, k8sRestore, update)).changes).toMatchObject([
      { kind: 'update' },
    ]);
    kube.seed(configMap('work/a', { size: '1', mode: 'auto' }));
    expect((await planAction(world, k8sRestore, update)).changes).toMatchObject([{ kind: 'none' }]);
    expect(await applyAction(world, k8sRestore, update)).toMatchObject({ kept: 1, updated: 0 });
  });
});

describe('what a webhook denies', () => {
  it('refuses the plan where nothing comes before', async () => {
    const { kube, world } = await exported(wanted);
    denial(kube, 'ConfigMap');
    await expect(planAction(world, k8sRestore, restore)).rejects.toMatchObject({
      code: 'CLIENT_DENIED',
      message: expect.stringContaining('no such Secret'),
    });
  });

  it('is only said where the step makes others first, which the webhook may be after', async () => {
    const { kube, world } = await exported([secret('work/s', { key: 'eA==' }), ...wanted]);
    denial(kube, 'ConfigMap');
    const { changes, notes } = await planAction(world, k8sRestore, restore);
    expect(changes).toHaveLength(3);
    const noted = ['a', 'b'].map(
      (name) =>
        `ConfigMap work/${name}: ConfigMap ${name}: no such Secret now; the step fails unless that changes by then`,
    );
    expect(notes).toEqual(noted);
  });

  it('is not told a thousand times', async () => {
    const many = Array.from({ length: 9 }, (_, index) => configMap(`work/m-${index}`, {}));
    const { kube, world } = await exported([secret('work/s', { key: 'eA==' }), ...many]);
    denial(kube, 'ConfigMap');
    const { notes = [] } = await planAction(world, k8sRestore, restore);
    expect(notes).toHaveLength(5);
    expect(notes.at(-1)).toBe('… and so it is with 5 objects more');
  });
});
