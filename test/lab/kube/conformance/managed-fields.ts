/*
 * Part of the conformance suite. Who owns what, as managedFields record it, and what server-side apply refuses.
 */
import { describe, expect, it } from 'vitest';
import { apply, merge, type Answer } from '../rest.ts';
import { configMap, widget, type SuiteContext } from './context.ts';

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
}

function entriesOf({ body }: Answer): readonly Entry[] {
  return (body['metadata']?.['managedFields'] ?? []) as unknown as readonly Entry[];
}

function withParts(...names: string[]): object {
  return widget('parts', { size: 'S', parts: names.map((name) => ({ name, value: 1 })) });
}

export function describeManagedFields(suite: SuiteContext): void {
  const { kube, core, widgets } = suite;

  async function applyAs(manager: string, path: string, body: object): Promise<Answer> {
    return kube.call('PATCH', `${path}?fieldManager=${manager}`, { body, contentType: apply });
  }
  const at = (name: string): string => `${core}/configmaps/${name}`;

  describe('managed fields', () => {
    it('name the manager, how it wrote, in which version, and its fields', async () => {
      const answer = await applyAs('one', at('recorded'), configMap('recorded', { a: '1' }));
      const [entry] = entriesOf(answer);
      expect(entry).toMatchObject({
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      });
      expect(entry?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    });

    it('keep an update apart from an application of the same manager', async () => {
      await applyAs('one', at('both'), configMap('both', { a: '1' }));
      const answer = await kube.call('PATCH', `${at('both')}?fieldManager=one`, {
        body: { data: { b: '2' } },
        contentType: merge,
      });
      expect(entriesOf(answer).map(({ manager, operation }) => [manager, operation])).toEqual([
        ['one', 'Apply'],
        ['one', 'Update'],
      ]);
    });

    it('name the client of a write that names no manager', async () => {
      const answer = await kube.call('POST', `${core}/configmaps`, {
        body: configMap('unnamed', { a: '1' }),
      });
      expect(entriesOf(answer)).toMatchObject([{ manager: 'suite', operation: 'Update' }]);
    });

    it('give the status to who wrote it through its subresource', async () => {
      await applyAs('user', `${widgets}/split`, widget('split', { size: 'S' }));
      const { apiVersion, kind } = widget('split', {}) as { apiVersion: string; kind: string };
      const status = { apiVersion, kind, metadata: { name: 'split' }, status: { phase: 'x' } };
      const answer = await applyAs('controller', `${widgets}/split/status`, status);
      const found = entriesOf(answer).find(({ manager }) => manager === 'controller');
      expect(found).toMatchObject({ fieldsV1: { 'f:status': { 'f:phase': {} } } });
      // An older server keeps one entry for all of a manager's writes.
      const kept = suite.can('managedSubresources') ? 'status' : undefined;
      expect(found?.subresource).toBe(kept);
    });

    it('apply a status through its subresource only', async () => {
      const path = `${widgets}/apart-applied`;
      const whole = widget('apart-applied', { size: 'S' }, { status: { phase: 'lost' } });
      expect((await applyAs('user', path, whole)).body['status']).toBeUndefined();
      const written = widget('apart-applied', { size: 'L' }, { status: { phase: 'kept' } });
      const { code, body } = await applyAs('controller', `${path}/status`, written);
      // An older server takes what else is sent for a wish to own it.
      expect(
        suite.can('managedSubresources') ? [body['spec']?.['size'], body['status']] : code,
      ).toEqual(suite.can('managedSubresources') ? ['S', { phase: 'kept' }] : 409);
    });

    it('keep a list item as long as one of its appliers wants it', async () => {
      const path = `${widgets}/parts`;
      await applyAs('one', path, withParts('a', 'b'));
      await applyAs('two', path, withParts('b'));
      const { body } = await applyAs('one', path, withParts('a'));
      expect(body['spec']?.['parts']).toMatchObject([{ name: 'a' }, { name: 'b' }]);
      const last = await applyAs('two', path, withParts());
      expect(last.body['spec']?.['parts']).toMatchObject([{ name: 'a' }]);
    });
  });

  describe('applications', () => {
    it.each([
      ['without a manager', '', configMap('applied'), 422],
      [
        'by a manager with too long a name',
        '?fieldManager=' + 'x'.repeat(129),
        configMap('applied'),
        422,
      ],
      [
        'with managed fields',
        '?fieldManager=one',
        configMap('applied', {}, { managedFields: [{ manager: 'x' }] }),
        400,
      ],
      ['of another name', '?fieldManager=one', configMap('other'), 400],
      [
        'of another version',
        '?fieldManager=one',
        { ...configMap('applied'), apiVersion: 'v2' },
        400,
      ],
      ['of no kind', '?fieldManager=one', { metadata: { name: 'applied' } }, 400],
      [
        'of a version that is past',
        '?fieldManager=one',
        configMap('applied', { a: '2' }, { resourceVersion: '1' }),
        409,
      ],
    ])('are refused %s', async (_what, query, body, expected) => {
      await applyAs('one', at('applied'), configMap('applied', { a: '1' }));
      const options = { body, contentType: apply };
      const { code } = await kube.call('PATCH', at('applied') + query, options);
      expect(code).toBe(expected);
      expect((await kube.call('GET', at('applied'))).body['data']).toEqual({ a: '1' });
    });

    it('of an uid create nothing', async () => {
      const body = configMap('absent', {}, { uid: '11111111-1111-1111-1111-111111111111' });
      const { code } = await applyAs('one', at('absent'), body);
      expect(code).toBe(409);
      expect((await kube.call('GET', at('absent'))).code).toBe(404);
    });

    it.each([
      [
        'a field that the schema does not know',
        { size: 'S', sise: 'L' },
        '.spec.sise: field not declared in schema',
      ],
      [
        'a key twice',
        { size: 'S', parts: [{ name: 'a' }, { name: 'a' }] },
        'duplicate entries for key',
      ],
    ])('fail on %s', async (_what, spec, message) => {
      const { code, body } = await applyAs('one', `${widgets}/untyped`, widget('untyped', spec));
      expect(code).toBe(500);
      expect(body['message']).toContain('failed to create typed patch object');
      expect(body['message']).toContain(message);
      expect((await kube.call('GET', `${widgets}/untyped`)).code).toBe(404);
    });

    it('change nothing in a dry run', async () => {
      const options = { body: configMap('dry-applied', { a: '1' }), contentType: apply };
      const { code } = await kube.call(
        'PATCH',
        `${at('dry-applied')}?fieldManager=one&dryRun=All`,
        options,
      );
      expect(code).toBe(201);
      expect((await kube.call('GET', at('dry-applied'))).code).toBe(404);
    });
  });
}
