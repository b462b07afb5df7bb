/*
 * Part of the conformance suite. Discovery and access reviews.
 */
import { describe, expect, it } from 'vitest';
import { type SuiteContext } from './context.ts';

export function describeDiscovery(suite: SuiteContext): void {
  const { kube } = suite;
  describe('discovery', () => {
    it('lists groups, and the resources of one with their subresources', async () => {
      const { body: groups } = await kube.call('GET', '/apis');
      expect(groups['groups']).toContainEqual(
        expect.objectContaining({
          name: 'lab.example.com',
          preferredVersion: { groupVersion: 'lab.example.com/v1', version: 'v1' },
        }),
      );
      const { body } = await kube.call('GET', '/apis/lab.example.com/v1');
      const resources = body['resources'] as unknown as { name: string; shortNames?: string[] }[];
      expect(resources.map(({ name: resource }) => resource).sort()).toEqual([
        'widgets',
        'widgets/status',
      ]);
      expect(resources[0]?.shortNames).toEqual(['wd']);
    });

    it('says whether the caller may do something', async () => {
      const { code, body } = await kube.call(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } } },
      );
      expect(code).toBe(201);
      expect(body['status']).toMatchObject({ allowed: true });
    });
  });
}
