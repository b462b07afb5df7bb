/*
 * Part of the conformance suite. Deletion: finalizers, grace periods, namespaces.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../rest.ts';
import { configMap, widget, type SuiteContext } from './context.ts';

export function describeDeletion(suite: SuiteContext): void {
  const { kube, namespace, core, widgets, create } = suite;
  describe('deletion', () => {
    it('keeps an object with finalizers until the last is gone', async () => {
      const path = `${widgets}/finalized`;
      await create(widgets, {
        ...widget('finalized', { size: 'S' }),
        metadata: { name: 'finalized', finalizers: ['lab.example.com/hold'] },
      });
      const marked = await kube.call('DELETE', path);
      expect(marked.body['metadata']?.['deletionTimestamp']).toBeDefined();
      const added = await kube.call('PATCH', path, {
        body: { metadata: { finalizers: ['lab.example.com/hold', 'lab.example.com/more'] } },
        contentType: merge,
      });
      expect([added.code, added.body['reason']]).toEqual([422, 'Invalid']);
      await kube.call('PATCH', path, {
        body: { metadata: { finalizers: null } },
        contentType: merge,
      });
      expect((await kube.call('GET', path)).code).toBe(404);
    });

    it('leaves a pod on a node to its kubelet, which confirms with a grace period of 0', async () => {
      const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
      await create(`${core}/pods`, { metadata: { name: 'graceful' }, spec });
      const { body } = await kube.call('DELETE', `${core}/pods/graceful`);
      expect(body['metadata']).toMatchObject({ deletionGracePeriodSeconds: 30 });
      await kube.call('DELETE', `${core}/pods/graceful`, { body: { gracePeriodSeconds: 0 } });
      expect((await kube.call('GET', `${core}/pods/graceful`)).code).toBe(404);
    });

    it('refuses new objects in a namespace under deletion', async () => {
      const doomed = `${namespace}-doomed`;
      await kube.call('POST', '/api/v1/namespaces', {
        body: { metadata: { name: doomed } },
      });
      await kube.call('POST', `/api/v1/namespaces/${doomed}/configmaps`, {
        body: configMap('held', {}, { finalizers: ['lab.example.com/hold'] }),
      });
      const marked = await kube.call('DELETE', `/api/v1/namespaces/${doomed}`);
      expect(marked.body['status']).toMatchObject({ phase: 'Terminating' });
      const { code, body } = await kube.call('POST', `/api/v1/namespaces/${doomed}/configmaps`, {
        body: configMap('late'),
      });
      await kube.call('PATCH', `/api/v1/namespaces/${doomed}/configmaps/held`, {
        body: { metadata: { finalizers: null } },
        contentType: merge,
      });
      expect(code).toBe(403);
      expect(body['details']?.['causes']).toMatchObject([{ reason: 'NamespaceTerminating' }]);
    });
  });
}
