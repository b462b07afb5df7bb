/*
 * Part of the conformance suite. Patches of every kind.
 */
import { describe, expect, it } from 'vitest';
import { json, merge, strategic } from '../rest.ts';
import { configMap, deployment, widget, type SuiteContext } from './context.ts';

export function describePatches(suite: SuiteContext): void {
  const { kube, core, deployments, widgets, create } = suite;
  describe('patches', () => {
    it('merges maps and removes nulls in a merge patch', async () => {
      await create(`${core}/configmaps`, configMap('merge', { a: '1', b: '2' }));
      const { body } = await kube.call('PATCH', `${core}/configmaps/merge`, {
        body: { data: { a: null, c: '3' } },
        contentType: merge,
      });
      expect(body['data']).toEqual({ b: '2', c: '3' });
    });

    it('carries out all of a JSON patch or nothing', async () => {
      await create(`${core}/configmaps`, configMap('ops', { a: '1' }));
      const refused = await kube.call('PATCH', `${core}/configmaps/ops`, {
        body: [
          { op: 'add', path: '/data/b', value: '2' },
          { op: 'test', path: '/data/a', value: 'other' },
        ],
        contentType: json,
      });
      expect([refused.code, refused.body['reason']]).toEqual([422, 'Invalid']);
      const { body } = await kube.call('PATCH', `${core}/configmaps/ops`, {
        body: [{ op: 'replace', path: '/data/a', value: '2' }],
        contentType: json,
      });
      expect(body['data']).toEqual({ a: '2' });
    });

    it.each([
      ['removes what is not there', [{ op: 'remove', path: '/data/none' }], 422],
      ['does what is not known', [{ op: 'bogus', path: '/data/a' }], 422],
      ['tests what is not there', [{ op: 'test', path: '/data/none', value: '1' }], 422],
      ['is no list', { op: 'remove', path: '/data/a' }, 400],
    ])('refuses a JSON patch that %s', async (what, body, expected) => {
      const name = `json-${what.replaceAll(' ', '-')}`;
      await create(`${core}/configmaps`, configMap(name, { a: '1' }));
      const options = { body, contentType: json };
      const { code } = await kube.call('PATCH', `${core}/configmaps/${name}`, options);
      expect(code).toBe(expected);
      const { body: after } = await kube.call('GET', `${core}/configmaps/${name}`);
      expect(after['data']).toEqual({ a: '1' });
    });

    it.each([
      ['another name', { metadata: { name: 'other' } }, 400],
      ['another uid', { metadata: { uid: '11111111-1111-1111-1111-111111111111' } }, 422],
      ['an outdated version', { metadata: { resourceVersion: '1' }, data: { a: '2' } }, 409],
    ])('refuses a patch that says %s', async (what, body, expected) => {
      const name = `says-${what.replaceAll(' ', '-')}`;
      await create(`${core}/configmaps`, configMap(name, { a: '1' }));
      const options = { body, contentType: merge };
      const { code } = await kube.call('PATCH', `${core}/configmaps/${name}`, options);
      expect(code).toBe(expected);
    });

    it('changes nothing in a dry run', async () => {
      await create(`${core}/configmaps`, configMap('dry-patched', { a: '1' }));
      const { body } = await kube.call('PATCH', `${core}/configmaps/dry-patched?dryRun=All`, {
        body: { data: { a: '2' } },
        contentType: merge,
      });
      expect(body['data']).toEqual({ a: '2' });
      const { body: after } = await kube.call('GET', `${core}/configmaps/dry-patched`);
      expect(after['data']).toEqual({ a: '1' });
    });

    it('matches list items by their merge key in a strategic merge patch', async () => {
      await create(deployments, deployment('strategic', { env: [{ name: 'A', value: '1' }] }));
      const containers = [
        { name: 'main', env: [{ name: 'B', value: '2' }] },
        { name: 'side', image: 'side:1' },
      ];
      const added = await kube.call('PATCH', `${deployments}/strategic`, {
        body: { spec: { template: { spec: { containers } } } },
        contentType: strategic,
      });
      const containersNow = added.body['spec']?.['template']?.['spec']?.['containers'];
      const [main, side] = (containersNow ?? []) as unknown as { env?: object[] }[];
      expect(main).toMatchObject({ name: 'main', image: 'img:1' });
      expect(main?.env).toContainEqual({ name: 'A', value: '1' });
      expect(main?.env).toContainEqual({ name: 'B', value: '2' });
      expect(side).toMatchObject({ name: 'side', image: 'side:1' });
      const removed = await kube.call('PATCH', `${deployments}/strategic`, {
        body: {
          spec: { template: { spec: { containers: [{ name: 'side', $patch: 'delete' }] } } },
        },
        contentType: strategic,
      });
      expect(removed.body['spec']?.['template']?.['spec']?.['containers']).toHaveLength(1);
    });

    it('refuses a strategic merge patch of a custom object with 415', async () => {
      await create(widgets, widget('nostrategy', { size: 'S' }));
      const { code } = await kube.call('PATCH', `${widgets}/nostrategy`, {
        body: { spec: {} },
        contentType: strategic,
      });
      expect(code).toBe(415);
    });
  });
}
