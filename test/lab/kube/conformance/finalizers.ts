/*
 * Part of the conformance suite. Deletion as several parties see it: finalizers, preconditions, policies, dry runs.
 */
import { describe, expect, it } from 'vitest';
import { json, merge } from '../rest.ts';
import { configMap, text, type SuiteContext } from './context.ts';

const hold = 'lab.example.com/hold';
const more = 'lab.example.com/more';

export function describeFinalizers(suite: SuiteContext): void {
  const { kube, core, create } = suite;
  const at = (name: string): string => `${core}/configmaps/${name}`;

  async function make(name: string, finalizers: readonly string[] = [hold]): Promise<void> {
    await create(`${core}/configmaps`, configMap(name, {}, { finalizers }));
  }
  async function release(name: string): Promise<void> {
    await kube.call('PATCH', at(name), {
      body: { metadata: { finalizers: null } },
      contentType: merge,
    });
  }

  /** Takes the first finalizer off if it is this one. */
  async function takeFirst(name: string, value: string): Promise<number> {
    const body = [
      { op: 'test', path: '/metadata/finalizers/0', value },
      { op: 'remove', path: '/metadata/finalizers/0' },
    ];
    return (await kube.call('PATCH', at(name), { body, contentType: json })).code;
  }

  describe('finalizers', () => {
    it('are taken off with the version they were read at, or not at all', async () => {
      await make('raced', [hold, more]);
      const { body: before } = await kube.call('GET', at('raced'));
      const resourceVersion = text(before['metadata']?.['resourceVersion']);
      const take = async (finalizers: readonly string[]): Promise<number> => {
        const body = { metadata: { resourceVersion, finalizers } };
        return (await kube.call('PATCH', at('raced'), { body, contentType: merge })).code;
      };
      expect(await take([more])).toBe(200);
      expect(await take([hold])).toBe(409);
      expect((await kube.call('GET', at('raced'))).body['metadata']).toMatchObject({
        finalizers: [more],
      });
      await release('raced');
    });

    it('are taken off by a JSON patch that tests what stands there', async () => {
      await make('tested', [hold, more]);
      expect(await takeFirst('tested', more)).toBe(422);
      expect(await takeFirst('tested', hold)).toBe(200);
      await release('tested');
    });

    it('keep the time of the first deletion when it is asked for again', async () => {
      await make('asked-twice');
      const first = await kube.call('DELETE', at('asked-twice'));
      const again = await kube.call('DELETE', at('asked-twice'));
      expect(again.code).toBe(200);
      expect(again.body['metadata']?.['deletionTimestamp']).toEqual(
        first.body['metadata']?.['deletionTimestamp'],
      );
      expect(again.body['metadata']?.['resourceVersion']).toEqual(
        first.body['metadata']?.['resourceVersion'],
      );
      await release('asked-twice');
    });

    it('let the rest of an object under deletion change, but not its deletion', async () => {
      await make('ending');
      await kube.call('DELETE', at('ending'));
      const { code, body } = await kube.call('PATCH', at('ending'), {
        body: { metadata: { deletionTimestamp: null }, data: { a: '1' } },
        contentType: merge,
      });
      expect([code, body['data']]).toEqual([200, { a: '1' }]);
      expect(body['metadata']?.['deletionTimestamp']).toBeDefined();
      await release('ending');
      expect((await kube.call('GET', at('ending'))).code).toBe(404);
    });

    it('keep the name until the object is gone', async () => {
      await make('named');
      await kube.call('DELETE', at('named'));
      const { code, body } = await kube.call('POST', `${core}/configmaps`, {
        body: configMap('named'),
      });
      expect([code, body['reason']]).toEqual([409, 'AlreadyExists']);
      expect(body['message']).toBe('object is being deleted: configmaps "named" already exists');
      await release('named');
    });
  });

  describe('deletions', () => {
    it('name uid and version as preconditions, and each must hold', async () => {
      await make('guarded', []);
      const { body: before } = await kube.call('GET', at('guarded'));
      const uid = text(before['metadata']?.['uid']);
      const remove = async (preconditions: object): Promise<readonly unknown[]> => {
        const { code, body } = await kube.call('DELETE', at('guarded'), {
          body: { preconditions },
        });
        return [code, body['reason']];
      };
      expect(await remove({ uid, resourceVersion: '1' })).toEqual([409, 'Conflict']);
      expect(await remove({ uid: 'other' })).toEqual([409, 'Conflict']);
      expect(await remove({ uid })).toEqual([200, undefined]);
    });

    it.each([
      ['Foreground', ['foregroundDeletion']],
      ['Orphan', ['orphan']],
      ['Background', undefined],
    ])('leave the policy %s with the collector, as a finalizer', async (policy, expected) => {
      const name = `policy-${policy.toLowerCase()}`;
      await make(name);
      const { body } = await kube.call('DELETE', at(name), { body: { propagationPolicy: policy } });
      expect(body['metadata']?.['finalizers']).toEqual([hold, ...(expected ?? [])]);
      await release(name);
    });

    it.each([
      ['an unknown policy', { propagationPolicy: 'Sideways' }],
      ['two policies', { propagationPolicy: 'Orphan', orphanDependents: true }],
      ['an unknown dry run', { dryRun: ['Some'] }],
    ])('refuse %s', async (what, options) => {
      const name = what.replaceAll(' ', '-');
      await make(name, []);
      const { code, body } = await kube.call('DELETE', at(name), { body: options });
      expect([code, body['reason']]).toEqual([422, 'Invalid']);
      expect((await kube.call('GET', at(name))).code).toBe(200);
    });

    it('delete nothing in a dry run, whichever way it is asked for', async () => {
      await make('kept', []);
      const inBody = await kube.call('DELETE', at('kept'), { body: { dryRun: ['All'] } });
      const inQuery = await kube.call('DELETE', `${at('kept')}?dryRun=All`);
      expect([inBody.code, inQuery.code]).toEqual([200, 200]);
      expect((await kube.call('GET', at('kept'))).body['metadata']).not.toHaveProperty(
        'deletionTimestamp',
      );
    });

    it('shorten the grace period of a pod, and never lengthen it', async () => {
      const path = `${core}/pods/grace`;
      const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
      await create(`${core}/pods`, { metadata: { name: 'grace' }, spec });
      const graceAfter = async (seconds: number): Promise<unknown> => {
        const { body } = await kube.call('DELETE', `${path}?gracePeriodSeconds=${seconds}`);
        return body['metadata']?.['deletionGracePeriodSeconds'];
      };
      expect(await graceAfter(20)).toBe(20);
      expect(await graceAfter(50)).toBe(20);
      expect(await graceAfter(5)).toBe(5);
      await kube.call('DELETE', `${path}?gracePeriodSeconds=0`);
      expect((await kube.call('GET', path)).code).toBe(404);
    });

    it('end a pod at once that no kubelet has seen', async () => {
      const spec = { containers: [{ name: 'c', image: 'i' }] };
      await create(`${core}/pods`, { metadata: { name: 'unseen' }, spec });
      await kube.call('DELETE', `${core}/pods/unseen`);
      expect((await kube.call('GET', `${core}/pods/unseen`)).code).toBe(404);
    });

    it('of all services at once, and of namespaces, are offered or refused', async () => {
      const services = await kube.call('DELETE', `${core}/services?labelSelector=none`);
      expect(services.code).toBe(suite.can('deletedServiceCollections') ? 200 : 405);
      expect((await kube.call('DELETE', '/api/v1/namespaces?labelSelector=none')).code).toBe(405);
    });
  });

  describe('namespaces', () => {
    it('go when their finalizers are taken off by way of finalize, and no other way', async () => {
      const name = `${suite.namespace}-finalized`;
      const path = `/api/v1/namespaces/${name}`;
      await create('/api/v1/namespaces', { metadata: { name } });
      const emptied = { metadata: { name }, spec: { finalizers: [] } };
      const plain = await kube.call('PUT', path, { body: emptied });
      expect(plain.body['spec']?.['finalizers']).toEqual(['kubernetes']);
      const finalized = await kube.call('PUT', `${path}/finalize`, { body: emptied });
      expect([finalized.code, finalized.body['spec']?.['finalizers']]).toEqual([200, undefined]);
      // The first deletion only says that it ends; with nothing left to do, the next one is its end.
      const { body } = await kube.call('DELETE', path);
      expect(body['status']).toMatchObject({ phase: 'Terminating' });
      expect((await kube.call('GET', path)).code).toBe(200);
      await kube.call('DELETE', path);
      expect((await kube.call('GET', path)).code).toBe(404);
    });

    it('that a cluster cannot do without are not deleted', async () => {
      const { code, body } = await kube.call('DELETE', '/api/v1/namespaces/default');
      expect([code, body['reason']]).toEqual([403, 'Forbidden']);
      expect(body['message']).toBe(
        'namespaces "default" is forbidden: this namespace may not be deleted',
      );
    });
  });
}
