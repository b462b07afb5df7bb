/*
 * Part of the conformance suite. Custom resources: pruning, defaults, validation, versions.
 */
import { describe, expect, it } from 'vitest';
import { widget, type SuiteContext } from './context.ts';

export function describeCustomResources(suite: SuiteContext): void {
  const { kube, widgets, create } = suite;
  describe('custom resources', () => {
    it('prunes unknown fields and fills in defaults', async () => {
      const { body } = await kube.call('POST', widgets, {
        body: widget('pruned', { size: 'S', unknown: 1, free: { kept: true }, count: null }),
      });
      expect(body['spec']).toEqual({ size: 'S', count: 2, free: { kept: true } });
    });

    it('refuses what breaks the schema, with one cause a problem', async () => {
      const { code, body } = await kube.call('POST', widgets, {
        body: widget('broken', { size: 'XXL', count: 9, urls: ['a', 'b'] }),
      });
      expect([code, body['reason']]).toEqual([422, 'Invalid']);
      const causes = body['details']?.['causes'] as unknown as { field: string }[];
      expect(causes.map(({ field }) => field).sort()).toEqual([
        'spec.count',
        'spec.size',
        'spec.urls',
      ]);
      expect(body['message']).toContain(
        'spec.size: Unsupported value: "XXL": supported values: "S", "L"',
      );
    });

    it('names a missing required field', async () => {
      const { body } = await kube.call('POST', widgets, { body: widget('required', {}) });
      expect(body['message']).toBe(
        'Widget.lab.example.com "required" is invalid: spec.size: Required value',
      );
    });

    it('serves an object in each served version', async () => {
      await create(widgets, widget('versions', { size: 'S' }));
      const old = widgets.replace('/v1/', '/v1beta1/');
      expect((await kube.call('GET', `${old}/versions`)).body['apiVersion']).toBe(
        'lab.example.com/v1beta1',
      );
      const unserved = widgets.replace('/v1/', '/v1alpha1/');
      expect((await kube.call('GET', `${unserved}/versions`)).code).toBe(404);
    });
  });
}
