/*
 * Part of the conformance suite. Rights: what a user without them is told, by a refusal and by a review.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rest, type Rest } from '../rest.ts';
import { configMap, type SuiteContext } from './context.ts';

const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

export function describeAccess(suite: SuiteContext): void {
  const { core, namespace, create } = suite;
  describe('access', () => {
    let reader: Rest;
    beforeAll(async () => {
      reader = rest(suite.server().reader);
      await create(`${core}/configmaps`, configMap('readable'));
      // A real server learns of new rights a moment later.
      await vi.waitFor(
        async () =>
          expect((await reader.call('GET', `${core}/configmaps/readable`)).code).toBe(200),
        { timeout: 10_000, interval: 50 },
      );
    });
    afterAll(() => reader.close());

    it.each([
      [
        'DELETE',
        '/configmaps/readable',
        'configmaps "readable" is forbidden: User "reader" cannot delete resource "configmaps" in API group "" in the namespace "NAMESPACE"',
      ],
      [
        'GET',
        '/secrets',
        'secrets is forbidden: User "reader" cannot list resource "secrets" in API group "" in the namespace "NAMESPACE"',
      ],
      [
        'GET',
        '/configmaps?watch=true',
        'configmaps is forbidden: User "reader" cannot watch resource "configmaps" in API group "" in the namespace "NAMESPACE"',
      ],
      [
        'POST',
        '/pods/none/exec?command=ls',
        'pods "none" is forbidden: User "reader" cannot create resource "pods/exec" in API group "" in the namespace "NAMESPACE"',
      ],
    ])('refuses %s %s with 403 and says what is missing', async (method, path, message) => {
      const { code, body } = await reader.call(method, core + path);
      expect([code, body['reason']]).toEqual([403, 'Forbidden']);
      expect(body['message']).toBe(message.replace('NAMESPACE', namespace));
    });

    it('names the scope of what is in no namespace', async () => {
      const { code, body } = await reader.call('GET', '/api/v1/nodes');
      expect(code).toBe(403);
      expect(body['message']).toBe(
        'nodes is forbidden: User "reader" cannot list resource "nodes" in API group "" at the cluster scope',
      );
    });

    it.each([
      ['get', 'configmaps', true],
      ['delete', 'configmaps', false],
      ['get', 'secrets', false],
    ])('says in a review whether one may %s %s', async (verb, resource, allowed) => {
      const resourceAttributes = { verb, resource, namespace };
      const { code, body } = await reader.call('POST', reviews, {
        body: { spec: { resourceAttributes } },
      });
      expect([code, body['status']?.['allowed']]).toEqual([201, allowed]);
    });

    it('refuses a review that asks nothing', async () => {
      const { code } = await reader.call('POST', reviews, { body: { spec: {} } });
      expect(code).toBe(422);
    });
  });
}
