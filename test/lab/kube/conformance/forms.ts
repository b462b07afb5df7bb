/*
 * Part of the conformance suite. Objects in other forms: tables, metadata alone.
 */
import { describe, expect, it } from 'vitest';
import { configMap, widget, type SuiteContext } from './context.ts';

function form(as: string): string {
  return `application/json;as=${as};g=meta.k8s.io;v=v1`;
}

export function describeForms(suite: SuiteContext): void {
  const { kube, core, widgets, create } = suite;
  describe('forms', () => {
    it('gives the metadata of one object, without its content', async () => {
      await create(`${core}/configmaps`, configMap('bare', { a: '1' }));
      const { body } = await kube.call('GET', `${core}/configmaps/bare`, {
        accept: form('PartialObjectMetadata'),
      });
      expect(body).toMatchObject({
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { name: 'bare' },
      });
      expect(body['data']).toBeUndefined();
    });

    it('gives the metadata of a list, and nothing for items where there are none', async () => {
      const list = async (selector: string): Promise<unknown> => {
        const path = `${core}/configmaps?labelSelector=${selector}`;
        const accept = form('PartialObjectMetadataList');
        const { body } = await kube.call('GET', path, { accept });
        expect(body['kind']).toBe('PartialObjectMetadataList');
        return body['items'];
      };
      await create(
        `${core}/configmaps`,
        configMap('listed', { a: '1' }, { labels: { bare: '1' } }),
      );
      expect(await list('bare')).toMatchObject([{ metadata: { name: 'listed' } }]);
      expect(await list('bare')).not.toMatchObject([{ data: {} }]);
      // Older servers say null.
      expect((await list('none')) ?? []).toEqual([]);
    });

    it('gives no list in the form of one object', async () => {
      const { code, body } = await kube.call('GET', `${core}/configmaps`, {
        accept: form('PartialObjectMetadata'),
      });
      expect([code, body['reason']]).toEqual([406, 'NotAcceptable']);
    });

    it('watches metadata alone', async () => {
      await create(`${core}/configmaps`, configMap('seen', { a: '1' }, { labels: { seen: '1' } }));
      const [event] = await kube.watch(
        `${core}/configmaps?watch=true&labelSelector=seen`,
        (events) => events.length === 1,
        form('PartialObjectMetadata'),
      );
      expect(event?.object).toMatchObject({
        kind: 'PartialObjectMetadata',
        metadata: { name: 'seen' },
      });
      expect(event?.object['data']).toBeUndefined();
    });

    it('makes the columns of a table as the definition says', async () => {
      await create(widgets, widget('row', { size: 'L' }));
      const { body } = await kube.call('GET', `${widgets}/row`, { accept: form('Table') });
      const columns = body['columnDefinitions'] as unknown as { name: string }[];
      expect(columns.map(({ name }) => name)).toEqual(['Name', 'Size', 'Ready']);
      expect(body['rows']).toMatchObject([{ cells: ['row', 'L', null] }]);
    });
  });
}
