/*
 * Part of the conformance suite. Watches: order, selection, where they begin.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../rest.ts';
import { configMap, text, type SuiteContext } from './context.ts';

export function describeWatches(suite: SuiteContext): void {
  const { kube, core, create } = suite;
  describe('watches', () => {
    it('goes on from a resource version without missing a change', async () => {
      await create(`${core}/configmaps`, configMap('watched', { a: '0' }));
      const { body } = await kube.call('GET', `${core}/configmaps`);
      await kube.call('PATCH', `${core}/configmaps/watched`, {
        body: { data: { a: '1' } },
        contentType: merge,
      });
      await kube.call('DELETE', `${core}/configmaps/watched`);
      const version = text(body['metadata']?.['resourceVersion']);
      const events = await kube.watch(
        `${core}/configmaps?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Dwatched`,
        (seen) => seen.length === 2,
      );
      expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
      expect(events[0]?.object).toMatchObject({ data: { a: '1' } });
    });

    it('shows an object that enters or leaves the selection as added or deleted', async () => {
      const { body } = await kube.call('GET', `${core}/configmaps`);
      const version = text(body['metadata']?.['resourceVersion']);
      await create(`${core}/configmaps`, configMap('moving'));
      for (const label of ['in', 'out']) {
        await kube.call('PATCH', `${core}/configmaps/moving`, {
          body: { metadata: { labels: { moving: label } } },
          contentType: merge,
        });
      }
      const events = await kube.watch(
        `${core}/configmaps?watch=true&resourceVersion=${version}&labelSelector=moving%3Din`,
        (seen) => seen.length === 2,
      );
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    });

    it('begins with what is there when no version is named', async () => {
      await create(`${core}/configmaps`, configMap('there', {}, { labels: { there: 'yes' } }));
      const events = await kube.watch(
        `${core}/configmaps?watch=true&labelSelector=there%3Dyes`,
        (seen) => seen.length === 1,
      );
      expect(events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'there' } } }]);
    });
  });
}
