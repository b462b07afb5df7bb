// Exports and restores of many objects: in bounded files, by lists instead of single questions, with the same care.

import { describe, expect, it } from 'vitest';
import { k8sExport } from '../../../src/actions/k8s/export.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { DrctlError } from '../../../src/engine/index.ts';
import { sha256Of } from '../../fakes/bucket-fake.ts';
import { applyAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { configMap, namespace } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const many = 30;
const restoring = { target: 'destination', from: 'objects' };

function objectsOf(chars: number): readonly KubeObject[] {
  return Array.from({ length: many }, (_, index) =>
    configMap(`work/cm-${String(index).padStart(2, '0')}`, {
      text: String(index % 10).repeat(chars),
    }),
  );
}

async function exported(chars = 10, ...there: readonly KubeObject[]): Promise<World> {
  const source = new FakeKube({ name: 'source' }).seed(...objectsOf(chars));
  const destination = new FakeKube({ name: 'destination' }).seed(namespace('work'), ...there);
  const world = new World({ kube: { source, destination } });
  await applyAction(world, k8sExport, {
    target: 'source',
    to: 'objects',
    select: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work', all: true }],
  });
  return world;
}

const restoredIn = (world: World): readonly KubeObject[] =>
  world
    .kube('destination')
    .objects.all()
    .filter(({ kind }) => kind === 'ConfigMap');

const filesOf = ({ artifacts }: World): readonly string[] =>
  [...artifacts.files.keys()].filter((name) => name.startsWith('objects/'));

describe('an export of many objects', () => {
  it('is a few files of bounded size, each a List that kubectl reads, and is restored whole', async () => {
    const world = await exported(400_000);
    const files = filesOf(world).filter((name) => name !== 'objects/index.json');
    expect(files).toEqual([
      'objects/objects/ConfigMap.json',
      'objects/objects/ConfigMap.2.json',
      'objects/objects/ConfigMap.3.json',
    ]);
    for (const file of files) {
      const content = world.artifacts.files.get(file) ?? new Uint8Array();
      expect(content.byteLength).toBeLessThan(5 * 1024 * 1024);
      expect(JSON.parse(Buffer.from(content).toString())).toMatchObject({ kind: 'List' });
    }
    expect(await applyAction(world, k8sRestore, restoring)).toMatchObject({ created: many });
    expect(restoredIn(world)).toHaveLength(many);
  });

  it('has an index that people can read: indented, with the digest of each file', async () => {
    const world = await exported(400_000);
    const text = Buffer.from(world.artifacts.files.get('objects/index.json') ?? []).toString();
    const index = JSON.parse(text) as Record<string, readonly { file: string; digest: string }[]>;
    expect(text).toBe(`${JSON.stringify(index, null, 2)}\n`);
    expect(index).toMatchObject({ format: 2, notTaken: [] });
    expect(index['objects']).toHaveLength(many);
    for (const { file, digest } of index['files'] ?? []) {
      const content = Buffer.from(world.artifacts.files.get(`objects/${file}`) ?? []);
      expect(digest).toBe(`sha256:${sha256Of(content)}`);
    }
  });

  it('is undone with all of its files', async () => {
    const source = new FakeKube().seed(...objectsOf(400_000));
    const world = new World({ kube: { source } });
    const memory = new StepMemory();
    const select = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work', all: true }];
    const params = { target: 'source', to: 'objects', select };
    await applyAction(world, k8sExport, params, { memory });
    expect(filesOf(world)).toHaveLength(4);
    await undoAction(world, k8sExport, params, memory);
    expect(filesOf(world)).toEqual([]);
  });

  it('that an earlier drctl made, with a file for each object, is restored as well', async () => {
    const world = await exported();
    for (const file of filesOf(world)) world.artifacts.files.delete(file);
    const entries = objectsOf(10).map((object) => {
      const { name } = object.metadata;
      const file = `objects/ConfigMap/work/${name}.json`;
      const content = Buffer.from(`${JSON.stringify(object, null, 2)}\n`);
      world.artifacts.files.set(`objects/${file}`, content);
      const place = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work', name };
      return {
        ...place,
        group: 'objects',
        file,
        digest: `sha256:${sha256Of(content)}`,
        owners: [],
      };
    });
    const index = { format: 1, objects: entries, notTaken: [] };
    world.artifacts.files.set('objects/index.json', Buffer.from(JSON.stringify(index)));
    expect(await applyAction(world, k8sRestore, restoring)).toMatchObject({ created: many });
  });

  it('whose file lacks an object that its index names is refused', async () => {
    const world = await exported();
    const file = 'objects/objects/ConfigMap.json';
    const text = Buffer.from(world.artifacts.files.get(file) ?? []).toString();
    const lacking = text.replace('"cm-07"', '"cm-77"');
    world.artifacts.files.set(file, Buffer.from(lacking));
    const index = Buffer.from(world.artifacts.files.get('objects/index.json') ?? []).toString();
    const fitting = index.replace(sha256Of(Buffer.from(text)), sha256Of(Buffer.from(lacking)));
    world.artifacts.files.set('objects/index.json', Buffer.from(fitting));
    await expect(applyAction(world, k8sRestore, restoring)).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
      message: expect.stringContaining('does not hold ConfigMap work/cm-07'),
    });
  });
});

describe('a restore of many objects', () => {
  it('writes none of them where one is there already and differs', async () => {
    const world = await exported(10, configMap('work/cm-29', { text: 'other' }));
    await expect(applyAction(world, k8sRestore, restoring)).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      message: expect.stringContaining('ConfigMap work/cm-29'),
    });
    expect(restoredIn(world)).toHaveLength(1);
  });

  it('keeps what is there and equal', async () => {
    const world = await exported(10, ...objectsOf(10).slice(0, 5));
    expect(await applyAction(world, k8sRestore, restoring)).toMatchObject({
      created: many - 5,
      kept: 5,
    });
  });

  it('asks for each by its name where the caller may not list, or where nearly all there are others', async () => {
    const denied = await exported();
    denied.kube('destination').list = () => {
      throw new DrctlError('CLIENT_DENIED', 'cannot list');
    };
    expect(await applyAction(denied, k8sRestore, restoring)).toMatchObject({ created: many });
    const others = Array.from({ length: 2_100 }, (_, index) =>
      configMap(`work/another-${index}`, { text: 'x' }),
    );
    const crowded = await exported(10, ...others, configMap('work/cm-29', { text: 'other' }));
    await expect(applyAction(crowded, k8sRestore, restoring)).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
    });
  });

  it('has no more objects under way than asked for', async () => {
    const world = await exported();
    const destination = world.kube('destination');
    const create = destination.create.bind(destination);
    let under = 0;
    let most = 0;
    destination.create = async (object, signal) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      return create(object, signal);
    };
    await applyAction(world, k8sRestore, { ...restoring, concurrency: 3 });
    expect(most).toBe(3);
  });
});
