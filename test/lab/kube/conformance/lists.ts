/*
 * Part of the conformance suite. Lists: selectors, pages, tables, collections.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { configMap, text, type SuiteContext } from './context.ts';

export function describeLists(suite: SuiteContext): void {
  const { kube, core, create } = suite;

  async function names(query: string): Promise<readonly unknown[]> {
    const { body } = await kube.call('GET', `${core}/configmaps?${query}`);
    return (body['items'] as unknown as { metadata: { name: string } }[]).map(
      ({ metadata }) => metadata.name,
    );
  }

  describe('lists', () => {
    beforeAll(async () => {
      for (const [name, labels] of Object.entries({
        one: { list: 'l', tier: 'a' },
        two: { list: 'l', tier: 'b' },
        three: { list: 'l' },
      })) {
        await create(`${core}/configmaps`, configMap(`list-${name}`, {}, { labels }));
      }
    });

    it.each([
      ['list=l,tier=a', ['list-one']],
      ['list=l,tier!=a', ['list-three', 'list-two']],
      ['list=l,tier in (a,b)', ['list-one', 'list-two']],
      ['list=l,tier notin (a)', ['list-three', 'list-two']],
      ['list=l,!tier', ['list-three']],
      ['list=l,tier', ['list-one', 'list-two']],
    ])('selects by the labels %s', async (selector, expected) => {
      expect(await names(`labelSelector=${encodeURIComponent(selector)}`)).toEqual(expected);
    });

    it('selects by name, and refuses a field it cannot select by', async () => {
      expect(await names('fieldSelector=metadata.name%3Dlist-two')).toEqual(['list-two']);
      const { code } = await kube.call('GET', `${core}/configmaps?fieldSelector=data.a%3Db`);
      expect(code).toBe(400);
    });

    it('pages through a list as it was when the first page was read', async () => {
      const query = 'labelSelector=list%3Dl&limit=2';
      const first = await kube.call('GET', `${core}/configmaps?${query}`);
      await create(`${core}/configmaps`, configMap('list-zero', {}, { labels: { list: 'l' } }));
      const token = encodeURIComponent(text(first.body['metadata']?.['continue']));
      const second = await kube.call('GET', `${core}/configmaps?${query}&continue=${token}`);
      await kube.call('DELETE', `${core}/configmaps/list-zero`);
      expect(first.body['items']).toHaveLength(2);
      expect(second.body['items']).toMatchObject([{ metadata: { name: 'list-two' } }]);
      expect(second.body['metadata']?.['continue']).toBeUndefined();
    });

    it('answers with a table when asked for one', async () => {
      const { body } = await kube.call('GET', `${core}/configmaps?labelSelector=list%3Dl`, {
        accept: 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json',
      });
      expect(body['kind']).toBe('Table');
      const columns = body['columnDefinitions'] as unknown as { name: string }[];
      expect(columns.map(({ name: column }) => column)).toEqual(['Name', 'Data', 'Age']);
      expect(body['rows']).toHaveLength(3);
    });

    it('deletes the selected objects of a collection', async () => {
      for (const each of ['a', 'b']) {
        await create(
          `${core}/configmaps`,
          configMap(`bulk-${each}`, {}, { labels: { bulk: each } }),
        );
      }
      await kube.call('DELETE', `${core}/configmaps?labelSelector=bulk%3Da`);
      expect(await names('labelSelector=bulk')).toEqual(['bulk-b']);
    });
  });
}
