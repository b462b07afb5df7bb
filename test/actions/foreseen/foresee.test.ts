// A cluster as earlier steps will leave it: what their plans say, and nothing beside.

import { describe, expect, it } from 'vitest';
import { foresee } from '../../../src/actions/index.ts';
import type { Consequence, KubeObject, KubeQuery } from '../../../src/actions/ports.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { configMap, namespace, nodePool } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const { signal } = new AbortController();
const target = 'source';
const refTo = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work', name });
const here = [configMap('work/b', { key: '1' }), configMap('work/d', { key: '1' })];

async function cluster(consequences: readonly Consequence[], objects = here) {
  const kube = new FakeKube().seed(namespace('work'), ...objects);
  const foreseen = foresee(
    new World({ kube: { source: kube, other: kube } }).readers,
    consequences,
  );
  return { seen: await foreseen.kube(target), foreseen, kube };
}

const made = (object: KubeObject): Consequence => ({ kind: 'made', target, object });
const gone = (name: string): Consequence => ({ kind: 'gone', target, ref: refTo(name) });
const changed = (name: string, after?: string): Consequence => ({
  kind: 'changed',
  target,
  ref: refTo(name),
  fields: [{ path: ['data', 'key'], ...(after === undefined ? {} : { after }) }],
});

const allMaps: KubeQuery = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work' };

async function names(
  kube: { list(query: KubeQuery, until: AbortSignal): AsyncIterable<KubeObject> },
  query = allMaps,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const object of kube.list(query, signal)) found.push(object.metadata.name);
  return found;
}

describe('an object that will be made', () => {
  const all = [made(configMap('work/e', {})), made(configMap('work/c', {}))];

  it('is there, in its place in a list', async () => {
    const { seen } = await cluster(all);
    expect(await seen.get(refTo('c'), signal)).toEqual(configMap('work/c', {}));
    expect(await names(seen)).toEqual(['b', 'c', 'd', 'e']);
  });

  it('is the one that is there already, where there is one', async () => {
    const { seen, kube } = await cluster([made(configMap('work/b', { key: 'other' }))]);
    expect(await seen.get(refTo('b'), signal)).toEqual(kube.peek('ConfigMap', 'b'));
    expect(await names(seen)).toEqual(['b', 'd']);
  });

  it('is not in other namespaces, of other kinds, or on other clusters', async () => {
    const { seen, foreseen } = await cluster(all);
    expect(await names(seen, { ...allMaps, namespace: 'elsewhere' })).toEqual([]);
    expect(await names(seen, { ...allMaps, kind: 'Secret' })).toEqual([]);
    expect(await names(await foreseen.kube('other'))).toEqual(['b', 'd']);
  });

  it('is left out of what a selector finds: the server has not said so', async () => {
    const { seen } = await cluster(all);
    expect(await names(seen, { ...allMaps, labelSelector: '!x' })).toEqual(['b', 'd']);
  });

  it('is not shown in another version than it was foreseen in', async () => {
    const { seen } = await cluster([made(nodePool('work/np', {}))]);
    const ref = { kind: 'NodePool', namespace: 'work', name: 'np' };
    const group = 'hypershift.openshift.io';
    expect(await seen.get({ ...ref, apiVersion: `${group}/*` }, signal)).toBeDefined();
    expect(await seen.get({ ...ref, apiVersion: `${group}/v1beta1` }, signal)).toBeDefined();
    await expect(
      seen.get({ ...ref, apiVersion: `${group}/v1alpha1` }, signal),
    ).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
    });
  });
});

describe('what comes one after the other', () => {
  it('counts in its order', async () => {
    const { seen } = await cluster([
      changed('b', '2'),
      changed('b', '3'),
      gone('d'),
      made(configMap('work/d', { key: 'new' })),
      made(configMap('work/e', {})),
      changed('e', 'later'),
    ]);
    const keyOf = async (name: string) => (await seen.get(refTo(name), signal))?.['data'];
    expect(await keyOf('b')).toEqual({ key: '3' });
    expect(await keyOf('d')).toEqual({ key: 'new' });
    expect(await keyOf('e')).toEqual({ key: 'later' });
  });

  it('takes a field away where none comes after it', async () => {
    const { seen } = await cluster([changed('b')]);
    expect((await seen.get(refTo('b'), signal))?.['data']).toEqual({});
  });

  it('takes everything along with its namespace, but what is made there afterwards', async () => {
    const place = { apiVersion: 'v1', kind: 'Namespace', name: 'work' };
    const { seen } = await cluster([
      made(configMap('work/c', {})),
      { kind: 'gone', target, ref: place },
      made(namespace('work')),
      made(configMap('work/e', {})),
    ]);
    expect(await names(seen)).toEqual(['e']);
    expect(await seen.get(refTo('b'), signal)).toBeUndefined();
  });
});

it('files that will be written can be read', async () => {
  const bytes = Buffer.from('abc');
  const { foreseen } = await cluster([{ kind: 'artifact', name: 'objects/a.json', bytes }]);
  const { artifacts } = foreseen;
  expect(await artifacts.stat('objects/a.json')).toEqual({ sizeBytes: 3 });
  expect(await artifacts.list('objects/')).toEqual(['objects/a.json']);
  const read: string[] = [];
  for await (const chunk of artifacts.read('objects/a.json', { start: 1 }))
    read.push(Buffer.from(chunk).toString());
  expect(read).toEqual(['bc']);
});

describe('a write that is tried beforehand', () => {
  const applied = { fieldManager: 'test', force: false, signal };
  const patch = { type: 'merge', patch: { data: { key: '9' } }, signal } as const;
  const unknown = { kind: 'unknown' };
  const denied = { code: 'CLIENT_DENIED' };

  it('is asked of the server where nothing that it is judged by will change', async () => {
    const { seen } = await cluster([gone('d')]);
    const accepted = { kind: 'accepted' };
    expect(await seen.preview(configMap('work/b', { key: '2' }), applied)).toMatchObject(accepted);
    expect(await seen.previewCreate(configMap('work/new', {}), signal)).toMatchObject(accepted);
    expect(await seen.previewPatch(refTo('b'), patch)).toMatchObject(accepted);
    await expect(seen.preview(configMap('never/a', {}), applied)).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
    });
  });

  it('is not shown to the server for a namespace that will be made, which it would refuse', async () => {
    const { seen } = await cluster([made(namespace('coming'))]);
    expect(await seen.preview(configMap('coming/a', {}), applied)).toEqual(unknown);
    expect(await seen.previewCreate(configMap('coming/a', {}), signal)).toEqual(unknown);
  });

  it('is not shown to the server where the object will be another one by then', async () => {
    const all = [changed('b', '2'), gone('d'), made(configMap('work/e', {}))];
    const { seen } = await cluster(all);
    expect(await seen.preview(configMap('work/b', {}), applied)).toEqual(unknown);
    expect(await seen.previewCreate(configMap('work/d', {}), signal)).toEqual(unknown);
    expect(await seen.previewPatch(refTo('e'), patch)).toEqual(unknown);
  });

  it('is not shown to the server where its definition, or what admits objects, will be another one', async () => {
    const name = 'nodepools.hypershift.openshift.io';
    const apiVersion = 'apiextensions.k8s.io/v1';
    const definition = { apiVersion, kind: 'CustomResourceDefinition', metadata: { name } };
    const pool = nodePool('work/np', {});
    const { seen } = await cluster([made(definition)]);
    expect(await seen.previewCreate(pool, signal)).toEqual(unknown);
    expect(await seen.previewPatch(refTo('b'), patch)).toMatchObject({ kind: 'accepted' });
    const policies = 'admissionregistration.k8s.io/v1';
    const ref = { apiVersion: policies, kind: 'ValidatingWebhookConfiguration', name: 'w' };
    const { seen: without } = await cluster([{ kind: 'gone', target, ref }]);
    expect(await without.previewPatch(refTo('b'), patch)).toEqual(unknown);
  });

  it('may be admitted later: who denies it now may look at what will be otherwise by then', async () => {
    const { seen, kube } = await cluster([changed('d', '2')]);
    kube.webhook = () => 'there is no Secret';
    const now = seen.previewPatch(refTo('b'), patch);
    await expect(now).rejects.toMatchObject({ ...denied, retryable: true });
    await expect(kube.previewPatch(refTo('b'), patch)).rejects.toMatchObject({
      ...denied,
      retryable: false,
    });
  });
});
