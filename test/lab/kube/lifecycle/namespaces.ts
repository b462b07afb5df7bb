/*
 * Part of the suite on the ends of objects. What goes only after something else: namespaces, volume claims, CRDs.
 */
import { describe, expect, it, vi } from 'vitest';
import { widgets } from '../widgets.ts';
import { gadget, hold, widgetPath, within, type EndsContext } from './context.ts';

export function describeNamespaces(context: EndsContext): void {
  const { kube, create, codeOf, metadataOf, expectGone, release, collectorPassed } = context;

  describe('namespaces', () => {
    it('go with everything in them, of kinds with and without collections', async () => {
      await create('full', {}, '/api/v1/namespaces');
      await create('inside', {}, '/api/v1/namespaces/full/configmaps');
      await kube.call('POST', '/api/v1/namespaces/full/services', {
        body: { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } },
      });
      await kube.call('POST', '/api/v1/namespaces/full/events', {
        body: {
          metadata: { name: 'said' },
          involvedObject: { kind: 'ConfigMap', name: 'inside', namespace: 'full' },
        },
      });
      await kube.call('POST', widgetPath.replace('default', 'full'), {
        body: gadget('gadget'),
      });
      await kube.call('DELETE', '/api/v1/namespaces/full');
      await expectGone('/api/v1/namespaces/full');
      for (const plural of ['configmaps', 'services', 'events']) {
        const { body } = await kube.call('GET', `/api/v1/namespaces/full/${plural}`);
        expect(body['items']).toEqual([]);
      }
      const { body } = await kube.call('GET', widgetPath.replace('default', 'full'));
      expect(body['items']).toEqual([]);
    });

    it('say what holds them, and wait for it', async () => {
      await create('stuck', {}, '/api/v1/namespaces');
      const inStuck = '/api/v1/namespaces/stuck/configmaps';
      await create('held', { finalizers: [hold] }, inStuck);
      await kube.call('DELETE', '/api/v1/namespaces/stuck');
      await vi.waitFor(async () => {
        const { body } = await kube.call('GET', '/api/v1/namespaces/stuck');
        expect(body['status']?.['conditions']).toContainEqual(
          expect.objectContaining({
            type: 'NamespaceContentRemaining',
            status: 'True',
            message: 'Some resources are remaining: configmaps. has 1 resource instances',
          }),
        );
        expect(body['status']?.['conditions']).toContainEqual(
          expect.objectContaining({
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message: `Some content in the namespace has finalizers remaining: ${hold} in 1 resource instances`,
          }),
        );
      }, within);
      await release(`${inStuck}/held`);
      await expectGone('/api/v1/namespaces/stuck');
    });

    it('wait for their own finalizers after they are empty', async () => {
      await create('own', { finalizers: [hold] }, '/api/v1/namespaces');
      await create('inside', {}, '/api/v1/namespaces/own/configmaps');
      await kube.call('DELETE', '/api/v1/namespaces/own');
      await vi.waitFor(async () => {
        const { body } = await kube.call('GET', '/api/v1/namespaces/own');
        expect(body['spec']?.['finalizers']).toBeUndefined();
      }, within);
      expect(await codeOf('/api/v1/namespaces/own/configmaps/inside')).toBe(404);
      await release('/api/v1/namespaces/own');
      await expectGone('/api/v1/namespaces/own');
    });
  });

  describe('volume claims', () => {
    it('go once no pod uses them', async () => {
      const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
      const pods = '/api/v1/namespaces/default/pods';
      const spec = {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      };
      await kube.call('POST', claims, { body: { metadata: { name: 'data' }, spec } });
      const pod = await kube.call('POST', pods, {
        body: {
          metadata: { name: 'user' },
          spec: {
            nodeName: 'n',
            containers: [{ name: 'c', image: 'i' }],
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
          },
        },
      });
      expect([pod.code, pod.body['message']]).toEqual([201, undefined]);
      const { body } = await kube.call('DELETE', `${claims}/data`);
      expect(body['metadata']?.['finalizers']).toEqual(['kubernetes.io/pvc-protection']);
      await collectorPassed('claims');
      expect(await codeOf(`${claims}/data`)).toBe(200);
      await kube.call('DELETE', `${pods}/user`, { body: { gracePeriodSeconds: 0 } });
      await expectGone(`${claims}/data`);
    });
  });

  describe('custom resource definitions', () => {
    it('go only after their objects', async () => {
      const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${widgets.metadata.name}`;
      await kube.call('POST', widgetPath, {
        body: gadget('last', { finalizers: [hold] }),
      });
      await kube.call('DELETE', crd);
      await vi.waitFor(async () => {
        expect((await metadataOf(`${widgetPath}/last`))['deletionTimestamp']).toBeDefined();
      }, within);
      expect(await codeOf(crd)).toBe(200);
      await release(`${widgetPath}/last`);
      await expectGone(crd);
      await vi.waitFor(async () => expect(await codeOf(widgetPath)).toBe(404), within);
    });
  });
}
