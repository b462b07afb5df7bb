/*
 * Part of the conformance suite. What a server says about states it has forgotten, and how watches end.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { configMap, text, widget, type SuiteContext } from './context.ts';

export function describeHistory(suite: SuiteContext): void {
  const { kube, core, widgets, create } = suite;
  describe('history', () => {
    beforeAll(async () => {
      for (const each of ['a', 'b', 'c']) {
        await create(
          `${core}/configmaps`,
          configMap(`past-${each}`, {}, { labels: { past: '1' } }),
        );
      }
    });

    it('ends a watch with 410 Expired that begins at a forgotten version', async () => {
      await create(widgets, widget('remembered', { size: 'S' }));
      await suite.server().forgetHistory();
      const events = await kube.watch(
        `${widgets}?watch=true&resourceVersion=1`,
        (seen) => seen.length === 1,
      );
      expect(events).toMatchObject([
        { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } },
      ]);
    });

    it('answers an expired page token with 410 Expired, and a token to go on with', async () => {
      const query = `${core}/configmaps?labelSelector=past&limit=1`;
      const first = await kube.call('GET', query);
      await create(`${core}/configmaps`, configMap('past-d', {}, { labels: { past: '1' } }));
      await suite.server().forgetHistory();
      const token = encodeURIComponent(text(first.body['metadata']?.['continue']));
      const expired = await kube.call('GET', `${query}&continue=${token}`);
      expect([expired.code, expired.body['reason']]).toEqual([410, 'Expired']);
      const next = encodeURIComponent(text(expired.body['metadata']?.['continue']));
      const rest = await kube.call('GET', `${core}/configmaps?labelSelector=past&continue=${next}`);
      const items = rest.body['items'] as unknown as { metadata: { name: string } }[];
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['past-b', 'past-c', 'past-d']);
    });

    it.each(['limit=many', 'continue=nothing&limit=1'])('refuses %s', async (query) => {
      const { code, body } = await kube.call('GET', `${core}/configmaps?${query}`);
      expect([code, body['reason']]).toEqual([400, 'BadRequest']);
    });

    it('asks to come back for a version that is not there yet', async () => {
      const { code, body } = await kube.call('GET', `${core}/configmaps?resourceVersion=99999999`);
      expect([code, body['reason']]).toEqual([504, 'Timeout']);
      expect(body['message']).toContain('Too large resource version');
    });

    it('ends a watch when its time is up', async () => {
      const query = 'watch=true&timeoutSeconds=1&labelSelector=none';
      expect(await kube.watch(`${core}/configmaps?${query}`, () => false)).toEqual([]);
    });

    it('streams the initial state and marks its end with a bookmark, or knows no such watch', async () => {
      const streams = suite.can('streamingLists');
      const query =
        'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&labelSelector=past';
      const path = `${core}/configmaps?${query}`;
      const refused = streams ? undefined : (await kube.call('GET', path)).code;
      expect(refused).toBe(streams ? undefined : 422);
      const events = streams
        ? await kube.watch(path, (seen) => seen.at(-1)?.type === 'BOOKMARK')
        : [];
      expect(new Set(events.map(({ type }) => type))).toEqual(
        new Set(streams ? ['ADDED', 'BOOKMARK'] : []),
      );
      const mark = streams ? { 'k8s.io/initial-events-end': 'true' } : undefined;
      expect(events.at(-1)?.object['metadata']?.['annotations']).toEqual(mark);
    });
  });
}
