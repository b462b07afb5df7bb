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
