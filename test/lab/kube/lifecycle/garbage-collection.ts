/*
 * Part of the suite on the ends of objects. Garbage collection, orphaning, foreground deletion.
 */
import { describe, expect, it, vi } from 'vitest';
import { merge } from '../rest.ts';
import {
  configMaps,
  gadget,
  hold,
  nobody,
  ownedBy,
  widgetPath,
  within,
  type EndsContext,
} from './context.ts';

export function describeGarbageCollection(context: EndsContext): void {
  const { kube, create, codeOf, metadataOf, expectGone, release, collectorPassed } = context;

  describe('garbage collection', () => {
    it('deletes the dependents of a deleted owner, and theirs', async () => {
      const uid = await create('owner');
      const dependent = await create('dependent', ownedBy('owner', uid));
      await create('grandchild', ownedBy('dependent', dependent));
      await kube.call('DELETE', `${configMaps}/owner`);
      await expectGone(`${configMaps}/dependent`);
      await expectGone(`${configMaps}/grandchild`);
      expect(await codeOf(`${configMaps}/owner`)).toBe(404);
    });

    it('deletes an object whose owner of that name has another uid', async () => {
      await create('namesake');
      await create('stale', ownedBy('namesake', nobody));
      await expectGone(`${configMaps}/stale`);
      expect(await codeOf(`${configMaps}/namesake`)).toBe(200);
    });

    it('looks for a namespaced owner in the namespace of the object only', async () => {
      const uid = await create('elsewhere', {}, '/api/v1/namespaces/kube-public/configmaps');
      await create('far', ownedBy('elsewhere', uid));
      await expectGone(`${configMaps}/far`);
      expect(await codeOf('/api/v1/namespaces/kube-public/configmaps/elsewhere')).toBe(200);
    });

    it('keeps an object while one owner lives, and drops the reference to the dead one', async () => {
      const uid = await create('living');
      const [living] = ownedBy('living', uid).ownerReferences;
      const [dead] = ownedBy('dead', nobody).ownerReferences;
      await create('two-owners', { ownerReferences: [living, dead] });
      await vi.waitFor(async () => {
        expect(await metadataOf(`${configMaps}/two-owners`)).toMatchObject({
          ownerReferences: [living],
        });
      }, within);
    });

    it('leaves an object alone whose owner is of a kind or version that is not served', async () => {
      const unknown = { apiVersion: 'unknown.io/v1', kind: 'Thing', name: 'x', uid: 'u' };
      const unserved = { apiVersion: 'v9', kind: 'ConfigMap', name: 'x', uid: 'u' };
      await create('foreign', { ownerReferences: [unknown] });
      await create('ahead', { ownerReferences: [unserved] });
      await collectorPassed('foreign');
      expect(await codeOf(`${configMaps}/foreign`)).toBe(200);
      expect(await codeOf(`${configMaps}/ahead`)).toBe(200);
    });

    it('collects what a custom resource owned, and custom resources that are owned', async () => {
      const { body } = await kube.call('POST', widgetPath, {
        body: gadget('gadget'),
      });
      const uid = body['metadata']?.['uid'] as unknown as string;
      const reference = { apiVersion: 'lab.example.com/v1', kind: 'Widget', name: 'gadget', uid };
      await create('of-gadget', { ownerReferences: [reference] });
      await kube.call('POST', widgetPath, {
        body: gadget('part', { ownerReferences: [reference] }),
      });
      await collectorPassed('gadget');
      expect(await codeOf(`${configMaps}/of-gadget`)).toBe(200);
      await kube.call('DELETE', `${widgetPath}/gadget`);
      await expectGone(`${configMaps}/of-gadget`);
      await expectGone(`${widgetPath}/part`);
    });

    it('keeps the dependents of an orphaning deletion, without the reference', async () => {
      const uid = await create('orphaning');
      await create('orphan', ownedBy('orphaning', uid));
      await kube.call('DELETE', `${configMaps}/orphaning`, {
        body: { propagationPolicy: 'Orphan' },
      });
      await expectGone(`${configMaps}/orphaning`);
      expect((await metadataOf(`${configMaps}/orphan`))['ownerReferences']).toBeUndefined();
    });

    it('keeps the owner of a foreground deletion until blocking dependents are gone', async () => {
      const uid = await create('foreground');
      const blocking = ownedBy('foreground', uid, { blockOwnerDeletion: true });
      await create('blocking', { ...blocking, finalizers: [hold] });
      await kube.call('DELETE', `${configMaps}/foreground`, {
        body: { propagationPolicy: 'Foreground' },
      });
      await vi.waitFor(async () => {
        expect((await metadataOf(`${configMaps}/blocking`))['deletionTimestamp']).toBeDefined();
      }, within);
      expect(await codeOf(`${configMaps}/foreground`)).toBe(200);
      await release(`${configMaps}/blocking`);
      await expectGone(`${configMaps}/foreground`);
    });

    it('keeps a dependent of a foreground deletion that has another owner', async () => {
      const uid = await create('first');
      const [first] = ownedBy('first', uid, { blockOwnerDeletion: true }).ownerReferences;
      const [second] = ownedBy('second', await create('second')).ownerReferences;
      await create('shared', { ownerReferences: [first, second] });
      await kube.call('DELETE', `${configMaps}/first`, {
        body: { propagationPolicy: 'Foreground' },
      });
      await expectGone(`${configMaps}/first`);
      const shared = await metadataOf(`${configMaps}/shared`);
      expect(shared['deletionTimestamp']).toBeUndefined();
      expect(shared['ownerReferences']).toEqual([second]);
    });

    it('ends a circle of foreground deletions', async () => {
      const one = await create('circle-one');
      const two = await create(
        'circle-two',
        ownedBy('circle-one', one, { blockOwnerDeletion: true }),
      );
      await kube.call('PATCH', `${configMaps}/circle-one`, {
        body: { metadata: ownedBy('circle-two', two, { blockOwnerDeletion: true }) },
        contentType: merge,
      });
      await kube.call('DELETE', `${configMaps}/circle-one`, {
        body: { propagationPolicy: 'Foreground' },
      });
      await expectGone(`${configMaps}/circle-one`);
      await expectGone(`${configMaps}/circle-two`);
      expect(await codeOf(`${configMaps}/circle-one`)).toBe(404);
    });

    it('never takes a dependent for an orphan whose owner was made a moment before', async () => {
      const names = Array.from({ length: 30 }, (_, i) => `young-${i}`);
      for (const each of names) {
        const uid = await create(each);
        await create(`${each}-dependent`, ownedBy(each, uid));
      }
      await collectorPassed('young');
      const codes = await Promise.all(
        names.map(async (each) => codeOf(`${configMaps}/${each}-dependent`)),
      );
      expect(codes.filter((code) => code !== 200)).toEqual([]);
    });
  });
}
