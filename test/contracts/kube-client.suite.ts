// What every KubeClient must do, the fake and the real adapter alike. A factory gives a client of a server that serves
// the core kinds and has an empty namespace "work"; everything else is made here.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeClient, KubeObject, KubeWatchEvent } from '../../src/actions/ports.ts';
import { applyOptions as options, configMap, ref, signal } from './kube-objects.ts';
import { kubePreviewRules } from './kube-previews.suite.ts';

export interface KubeClientUnderTest {
  readonly client: KubeClient;
  close(): Promise<void>;
}

/** A cluster's own controllers need a moment. */
const patiently = { timeout: 20_000 };

async function names(objects: AsyncIterable<KubeObject>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const object of objects) found.push(object.metadata.name);
  return found;
}

const describeEvent = (event: KubeWatchEvent): string =>
  event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`;

export function kubeClientSuite(title: string, create: () => Promise<KubeClientUnderTest>): void {
  describe(`KubeClient: ${title}`, () => {
    let made: KubeClientUnderTest;
    let kube: KubeClient;
    beforeEach(async () => {
      made = await create();
      kube = made.client;
    });
    afterEach(async () => made.close());

    it('answers undefined for an absent object and an identity for a present one', async () => {
      expect(await kube.get(ref('a'), signal)).toBeUndefined();
      const created = await kube.create(configMap('a', {}, { x: '1' }), signal);
      const got = await kube.get(ref('a'), signal);
      expect(got?.metadata['uid']).toBe(created.metadata['uid']);
      expect(got?.['data']).toEqual({ x: '1' });
    });

    it('refuses to create what exists, and to create in a namespace that does not', async () => {
      await kube.create(configMap('a'), signal);
      await expect(kube.create(configMap('a'), signal)).rejects.toMatchObject({
        code: 'CLIENT_CONFLICT',
      });
      await expect(
        kube.create(configMap('b', { namespace: 'nowhere' }), signal),
      ).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    });

    it('lists by label and field selectors, ordered by name', async () => {
      await kube.create(configMap('b', { labels: { app: 'x', tier: 'one' } }), signal);
      await kube.create(configMap('a', { labels: { app: 'x' } }), signal);
      await kube.create(configMap('c', { labels: { app: 'y' } }), signal);
      const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work' };
      const select = async (extra: object) => names(kube.list({ ...query, ...extra }, signal));
      expect(await select({ labelSelector: 'app=x' })).toEqual(['a', 'b']);
      expect(await select({ labelSelector: 'app in (x,y),!tier' })).toEqual(['a', 'c']);
      expect(await select({ fieldSelector: 'metadata.name=c' })).toEqual(['c']);
    });

    it('throws CLIENT_NOT_FOUND when a kind that is not served is listed', async () => {
      const query = { apiVersion: 'nothing.example.com/v1', kind: 'Nothing' };
      await expect(names(kube.list(query, signal))).rejects.toMatchObject({
        code: 'CLIENT_NOT_FOUND',
      });
      expect(await kube.resource(query, signal)).toBeUndefined();
    });

    it('resolves "group/*" to the version that the server prefers', async () => {
      const found = await kube.resource({ apiVersion: 'apps/*', kind: 'Deployment' }, signal);
      expect(found).toMatchObject({ apiVersion: 'apps/v1', namespaced: true });
    });

    it('merges a patch, removes by null, and refuses to patch what is absent', async () => {
      await kube.create(configMap('a', {}, { x: '1', y: '2' }), signal);
      const patched = await kube.patch(ref('a'), {
        type: 'merge',
        patch: { data: { x: null, z: '3' } },
        signal,
      });
      expect(patched['data']).toEqual({ y: '2', z: '3' });
      await expect(
        kube.patch(ref('b'), { type: 'merge', patch: {}, signal }),
      ).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    });

    it('refuses a patch that carries an older resourceVersion', async () => {
      const first = await kube.create(configMap('a'), signal);
      const { resourceVersion } = first.metadata as unknown as { resourceVersion: string };
      await kube.patch(ref('a'), { type: 'merge', patch: { data: { x: '1' } }, signal });
      const patch = { metadata: { resourceVersion }, data: { x: '2' } };
      await expect(kube.patch(ref('a'), { type: 'merge', patch, signal })).rejects.toMatchObject({
        code: 'CLIENT_CONFLICT',
      });
    });

    it('deletes only the object whose uid is given', async () => {
      await kube.create(configMap('a'), signal);
      await expect(kube.delete(ref('a'), { uid: 'another', signal })).rejects.toMatchObject({
        code: 'CLIENT_CONFLICT',
      });
      await kube.delete(ref('a'), { signal });
      await kube.delete(ref('a'), { signal });
      expect(await kube.get(ref('a'), signal)).toBeUndefined();
    });

    it('keeps a deleted object until its last finalizer is taken away', async () => {
      await kube.create(configMap('a', { finalizers: ['drctl.dev/test'] }), signal);
      await kube.delete(ref('a'), { signal });
      expect((await kube.get(ref('a'), signal))?.metadata['deletionTimestamp']).toBeDefined();
      await kube.patch(ref('a'), {
        type: 'merge',
        patch: { metadata: { finalizers: null } },
        signal,
      });
      expect(await kube.get(ref('a'), signal)).toBeUndefined();
    });

    kubePreviewRules(() => kube);

    it('names the other manager when an apply would take its field', async () => {
      const other = { ...options(), fieldManager: 'somebody' };
      await kube.apply(configMap('a', {}, { x: '1' }), other);
      const wanted = configMap('a', {}, { x: '2' });
      await expect(kube.apply(wanted, options())).rejects.toMatchObject({
        code: 'CLIENT_CONFLICT',
        message: expect.stringContaining('somebody'),
      });
      expect((await kube.apply(wanted, options(true)))['data']).toEqual({ x: '2' });
    });

    it('removes a field that the same manager no longer applies', async () => {
      await kube.apply(configMap('a', {}, { x: '1', y: '2' }), options());
      const applied = await kube.apply(configMap('a', {}, { x: '1' }), options());
      expect(applied['data']).toEqual({ x: '1' });
    });

    it('watches: what is there, synced, then every change', async () => {
      await kube.create(configMap('a', { labels: { app: 'x' } }), signal);
      const stop = new AbortController();
      const query = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'work',
        labelSelector: 'app=x',
      };
      const seen: string[] = [];
      for await (const event of kube.watch(query, stop.signal)) {
        seen.push(describeEvent(event));
        if (event.type === 'synced') {
          await kube.create(configMap('b', { labels: { app: 'x' } }), signal);
        } else if (event.type === 'added' && event.object.metadata.name === 'b') {
          await kube.patch(ref('b'), { type: 'merge', patch: { data: { x: '1' } }, signal });
        } else if (event.type === 'modified') {
          await kube.delete(ref('b'), { signal });
        } else if (event.type === 'deleted') break;
      }
      stop.abort();
      expect(seen).toEqual(['added a', 'synced', 'added b', 'modified b', 'deleted b']);
    });

    it('ends everything in a namespace that is deleted, and then the namespace', async () => {
      await kube.create(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } },
        signal,
      );
      await kube.create(
        configMap('held', { namespace: 'gone', finalizers: ['drctl.dev/test'] }),
        signal,
      );
      const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'gone' };
      await kube.delete(namespace, { signal });
      await expect
        .poll(async () => {
          const held = await kube.get({ ...ref('held'), namespace: 'gone' }, signal);
          return held?.metadata['deletionTimestamp'];
        }, patiently)
        .toBeDefined();
      await kube.patch(
        { ...ref('held'), namespace: 'gone' },
        { type: 'merge', patch: { metadata: { finalizers: null } }, signal },
      );
      await expect.poll(async () => kube.get(namespace, signal), patiently).toBeUndefined();
    });

    it('answers the readiness path and its version', async () => {
      expect((await kube.raw('/readyz', signal)).status).toBe(200);
      expect(await kube.version(signal)).toMatch(/^v\d+\.\d+/);
    });
  });
}
