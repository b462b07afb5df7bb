/*
 * Part of the conformance suite. Custom resources: pruning, defaults, validation, versions.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../rest.ts';
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

    it.each(['kind', 'apiVersion'])('refuses an object that does not say its %s', async (field) => {
      const body = { ...widget('unsaid', { size: 'S' }), [field]: undefined };
      const { code } = await kube.call('POST', widgets, { body });
      expect(code).toBeGreaterThanOrEqual(400);
      expect((await kube.call('GET', `${widgets}/unsaid`)).code).toBe(404);
    });

    it('refuses what breaks a rule on old and new value, where it knows such rules', async () => {
      const knows = suite.can('validationRules');
      await create(widgets, widget('ruled', { size: 'S', fixed: 'a' }));
      const { code, body } = await kube.call('PATCH', `${widgets}/ruled`, {
        body: { spec: { fixed: 'b' } },
        contentType: merge,
      });
      const message =
        'Widget.lab.example.com "ruled" is invalid: spec.fixed: Invalid value: "b": fixed is immutable';
      expect([code, body['message']]).toEqual(knows ? [422, message] : [200, undefined]);
    });

    it('answers an unknown field with 400 when the client asks for strictness, or drops it', async () => {
      const isStrict = suite.can('fieldValidation');
      const { code, body } = await kube.call('POST', `${widgets}?fieldValidation=Strict`, {
        body: widget('strict', { size: 'S', sise: 'L' }),
      });
      expect(code).toBe(isStrict ? 400 : 201);
      expect(body['message'] ?? 'nothing').toContain(
        isStrict ? 'strict decoding error: unknown field "spec.sise"' : 'nothing',
      );
      expect(body['spec']?.['sise']).toBeUndefined();
    });

    it('refuses a key of a list twice', async () => {
      await create(widgets, widget('keyed', { size: 'S' }));
      const { code, body } = await kube.call('PATCH', `${widgets}/keyed`, {
        body: { spec: { parts: [{ name: 'a' }, { name: 'a' }] } },
        contentType: merge,
      });
      expect(code).toBe(422);
      expect(body['details']?.['causes']).toMatchObject([
        { field: 'spec.parts[1]', reason: 'FieldValueDuplicate' },
      ]);
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
