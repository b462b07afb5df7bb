/*
 * Part of the conformance suite. Subresources: status and scale.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../rest.ts';
import { deployment, widget, type SuiteContext } from './context.ts';

export function describeSubresources(suite: SuiteContext): void {
  const { kube, deployments, widgets, create } = suite;
  describe('subresources', () => {
    it('keeps spec and status apart, and counts only spec in generation', async () => {
      await create(widgets, widget('apart', { size: 'S' }, { status: { phase: 'Sent' } }));
      const status = await kube.call('PATCH', `${widgets}/apart/status`, {
        body: { spec: { size: 'L' }, status: { phase: 'Ready' } },
        contentType: merge,
      });
      expect(status.body).toMatchObject({
        metadata: { generation: 1 },
        spec: { size: 'S' },
        status: { phase: 'Ready' },
      });
      const spec = await kube.call('PATCH', `${widgets}/apart`, {
        body: { spec: { size: 'L' }, status: { phase: 'Lost' } },
        contentType: merge,
      });
      expect(spec.body).toMatchObject({
        metadata: { generation: 2 },
        spec: { size: 'L' },
        status: { phase: 'Ready' },
      });
    });

    it.each(['scale', 'status'])('has no %s of a ConfigMap', async (subresource) => {
      const { code } = await kube.call('GET', `${suite.core}/configmaps/none/${subresource}`);
      expect(code).toBe(404);
    });

    it('refuses to scale below nothing', async () => {
      await create(deployments, deployment('below'));
      const { code, body } = await kube.call('PATCH', `${deployments}/below/scale`, {
        body: { spec: { replicas: -1 } },
        contentType: merge,
      });
      expect([code, body['reason']]).toEqual([422, 'Invalid']);
    });

    it('counts no generation for metadata, and one for a deletion that waits', async () => {
      const path = `${widgets}/counted`;
      await create(widgets, widget('counted', { size: 'S' }));
      const patch = async (body: object): Promise<unknown> =>
        (await kube.call('PATCH', path, { body, contentType: merge })).body['metadata']?.[
          'generation'
        ];
      expect(
        await patch({ metadata: { labels: { a: 'b' }, finalizers: ['lab.example.com/a'] } }),
      ).toBe(1);
      expect(await patch({ spec: { size: 'L' } })).toBe(2);
      const { body } = await kube.call('DELETE', path);
      expect(body['metadata']?.['generation']).toBe(3);
      await patch({ metadata: { finalizers: null } });
    });

    it('scales through the scale subresource', async () => {
      await create(deployments, deployment('scaled'));
      const { body } = await kube.call('PATCH', `${deployments}/scaled/scale`, {
        body: { spec: { replicas: 3 } },
        contentType: merge,
      });
      expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } });
      const { body: object } = await kube.call('GET', `${deployments}/scaled`);
      expect(object['spec']).toMatchObject({ replicas: 3 });
    });
  });
}
