/*
 * What kube-controller-manager does in a real cluster and the embedded server does itself: garbage
 * collection, orphaning, foreground deletion, and the end of namespaces and CRDs.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { merge, rest, type Rest } from './rest.ts';
import { startServer } from './start-server.ts';
import { widgets } from './widgets.ts';

let server: KubeServer;
let kube: Rest;
const configMaps = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  const started = await startServer({ crds: [widgets] });
  server = started.server;
  kube = rest(started.connection);
});
afterAll(async () => {
  kube.close();
  await server.close();
});

async function create(name: string, meta: object = {}, path = configMaps): Promise<string> {
  const { body } = await kube.call('POST', path, { body: { metadata: { name, ...meta } } });
  return body['metadata']?.['uid'] as unknown as string;
}

function owner(name: string, uid: string, more: object = {}): object {
  return { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more }] };
}

async function codeOf(path: string): Promise<number> {
  return (await kube.call('GET', path)).code;
}

async function expectGone(path: string): Promise<void> {
  await vi.waitFor(async () => expect(await codeOf(path)).toBe(404));
}

describe('garbage collection', () => {
  it('deletes the dependents of a deleted owner', async () => {
    const uid = await create('owner');
    await create('dependent', owner('owner', uid));
    await kube.call('DELETE', `${configMaps}/owner`);
    await expectGone(`${configMaps}/dependent`);
    expect(server.storage.get('/configmaps', 'default', 'dependent')).toBeUndefined();
  });

  it('deletes an object whose owner of that name has another uid', async () => {
    await create('namesake');
    await create('stale', owner('namesake', '00000000-0000-0000-0000-000000000000'));
    await expectGone(`${configMaps}/stale`);
    expect(await codeOf(`${configMaps}/namesake`)).toBe(200);
  });

  it('keeps an object while one owner lives, and drops the reference to the dead one', async () => {
    const uid = await create('living');
    const dead = '00000000-0000-0000-0000-000000000001';
    const references = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'living', uid },
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'dead', uid: dead },
    ];
    await create('two-owners', { ownerReferences: references });
    await vi.waitFor(async () => {
      const { body } = await kube.call('GET', `${configMaps}/two-owners`);
      expect(body['metadata']?.['ownerReferences']).toEqual([references[0]]);
    });
  });

  it('leaves an object alone whose owner is of a kind the server does not know', async () => {
    const reference = { apiVersion: 'unknown.io/v1', kind: 'Thing', name: 'x', uid: 'u' };
    await create('foreign', { ownerReferences: [reference] });
    const uid = await create('marker-owner');
    await create('marker', owner('marker-owner', uid));
    await kube.call('DELETE', `${configMaps}/marker-owner`);
    await expectGone(`${configMaps}/marker`);
    expect(await codeOf(`${configMaps}/foreign`)).toBe(200);
  });

  it('keeps the dependents of an orphaning deletion, without the reference', async () => {
    const uid = await create('orphaning');
    await create('orphan', owner('orphaning', uid));
    await kube.call('DELETE', `${configMaps}/orphaning`, { body: { propagationPolicy: 'Orphan' } });
    await expectGone(`${configMaps}/orphaning`);
    const { body } = await kube.call('GET', `${configMaps}/orphan`);
    expect(body['metadata']?.['ownerReferences']).toBeUndefined();
  });

  it('keeps the owner of a foreground deletion until blocking dependents are gone', async () => {
    const uid = await create('foreground');
    await create('blocking', {
      ...owner('foreground', uid, { blockOwnerDeletion: true }),
      finalizers: ['lab.example.com/hold'],
    });
    await kube.call('DELETE', `${configMaps}/foreground`, {
      body: { propagationPolicy: 'Foreground' },
    });
    await vi.waitFor(async () => {
      const { body } = await kube.call('GET', `${configMaps}/blocking`);
      expect(body['metadata']?.['deletionTimestamp']).toBeDefined();
    });
    expect(await codeOf(`${configMaps}/foreground`)).toBe(200);
    await kube.call('PATCH', `${configMaps}/blocking`, {
      body: { metadata: { finalizers: null } },
      contentType: merge,
    });
    await expectGone(`${configMaps}/foreground`);
  });
});

describe('namespaces', () => {
  it('go with everything in them', async () => {
    await create('full', {}, '/api/v1/namespaces');
    await create('inside', {}, '/api/v1/namespaces/full/configmaps');
    await kube.call('DELETE', '/api/v1/namespaces/full');
    await expectGone('/api/v1/namespaces/full');
    expect(server.storage.list('/configmaps', 'full')).toEqual([]);
  });

  it('say what holds them, and wait for it', async () => {
    await create('stuck', {}, '/api/v1/namespaces');
    const held = '/api/v1/namespaces/stuck/configmaps/held';
    await create(
      'held',
      { finalizers: ['lab.example.com/hold'] },
      '/api/v1/namespaces/stuck/configmaps',
    );
    await kube.call('DELETE', '/api/v1/namespaces/stuck');
    await vi.waitFor(async () => {
      const { body } = await kube.call('GET', '/api/v1/namespaces/stuck');
      expect(body['status']?.['conditions']).toContainEqual(
        expect.objectContaining({
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          message:
            'Some content in the namespace has finalizers remaining: lab.example.com/hold in 1 resource instances',
        }),
      );
    });
    await kube.call('PATCH', held, {
      body: { metadata: { finalizers: null } },
      contentType: merge,
    });
    await expectGone('/api/v1/namespaces/stuck');
  });
});

describe('custom resource definitions', () => {
  it('go only after their objects', async () => {
    const path = '/apis/lab.example.com/v1/namespaces/default/widgets';
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.lab.example.com';
    await kube.call('POST', path, {
      body: {
        metadata: { name: 'last', finalizers: ['lab.example.com/hold'] },
        spec: { size: 'S' },
      },
    });
    await kube.call('DELETE', crd);
    await vi.waitFor(async () => {
      const { body } = await kube.call('GET', `${path}/last`);
      expect(body['metadata']?.['deletionTimestamp']).toBeDefined();
    });
    expect(await codeOf(crd)).toBe(200);
    await kube.call('PATCH', `${path}/last`, {
      body: { metadata: { finalizers: null } },
      contentType: merge,
    });
    await expectGone(crd);
    expect(await codeOf(path)).toBe(404);
  });
});
