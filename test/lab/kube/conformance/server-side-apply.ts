/*
 * Part of the conformance suite. Server-side apply: ownership and conflicts.
 */
import { describe, expect, it } from 'vitest';
import { apply, merge, type Rest } from '../rest.ts';
import { configMap, deployment, type SuiteContext } from './context.ts';

export function describeServerSideApply(suite: SuiteContext): void {
  const { kube, core, deployments } = suite;

  async function applyAs(manager: string, body: object, options = ''): Promise<Answer> {
    const { name: object } = (body as { metadata: { name: string } }).metadata;
    return kube.call('PATCH', `${core}/configmaps/${object}?fieldManager=${manager}${options}`, {
      body,
      contentType: apply,
    });
  }
  type Answer = Awaited<ReturnType<Rest['call']>>;

  describe('server-side apply', () => {
    it('creates, then removes what is no longer applied and nobody else owns', async () => {
      expect((await applyAs('one', configMap('owned', { a: '1', b: '2' }))).code).toBe(201);
      await applyAs('two', configMap('owned', { b: '2' }));
      const { body } = await applyAs('one', configMap('owned', {}));
      expect(body['data']).toEqual({ b: '2' });
    });

    it('refuses to change a field another manager owns, naming it, unless forced', async () => {
      await applyAs('one', configMap('contested', { a: '1' }));
      const { code, body } = await applyAs('two', configMap('contested', { a: '2' }));
      expect(code).toBe(409);
      expect(body['message']).toBe('Apply failed with 1 conflict: conflict with "one": .data.a');
      expect(body['details']?.['causes']).toEqual([
        { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
      ]);
      const forced = await applyAs('two', configMap('contested', { a: '2' }), '&force=true');
      expect(forced.body['data']).toEqual({ a: '2' });
      expect((await applyAs('one', configMap('contested', { a: '1' }))).code).toBe(409);
    });

    it('takes a plain update as ownership too', async () => {
      await applyAs('one', configMap('updated', { a: '1' }));
      await kube.call('PATCH', `${core}/configmaps/updated?fieldManager=editor`, {
        body: { data: { a: '2' } },
        contentType: merge,
      });
      const { code, body } = await applyAs('one', configMap('updated', { a: '3' }));
      expect(code).toBe(409);
      expect(body['message']).toBe(
        'Apply failed with 1 conflict: conflict with "editor" using v1: .data.a',
      );
    });

    it('shares a field that two managers apply with the same value', async () => {
      await applyAs('one', configMap('shared', { a: '1' }));
      expect((await applyAs('two', configMap('shared', { a: '1' }))).code).toBe(200);
      const { body } = await applyAs('one', configMap('shared', {}));
      expect(body['data']).toEqual({ a: '1' });
    });

    it('merges keyed lists of several managers', async () => {
      const path = `${deployments}/keyed`;
      await kube.call('PATCH', `${path}?fieldManager=one`, {
        body: deployment('keyed'),
        contentType: apply,
      });
      const sidecar = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'keyed' },
        spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } },
      };
      await kube.call('PATCH', `${path}?fieldManager=two`, { body: sidecar, contentType: apply });
      const { body } = await kube.call('PATCH', `${path}?fieldManager=one`, {
        body: deployment('keyed', { image: 'img:2' }),
        contentType: apply,
      });
      expect(body['spec']?.['template']?.['spec']?.['containers']).toMatchObject([
        { name: 'main', image: 'img:2' },
        { name: 'side', image: 'side:1' },
      ]);
    });
  });
}
