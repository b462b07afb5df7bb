/*
 * Part of the conformance suite. Objects: identity, conflicts, refusals.
 */
import { describe, expect, it } from 'vitest';
import { merge, rest } from '../rest.ts';
import { configMap, type SuiteContext } from './context.ts';

export function describeObjects(suite: SuiteContext): void {
  const { kube, namespace, core, deployments, create } = suite;
  describe('objects', () => {
    it('gives a new object its identity and answers 201', async () => {
      const { code, body } = await kube.call('POST', `${core}/configmaps`, {
        body: configMap('identity', { a: '1' }),
      });
      expect(code).toBe(201);
      expect(body).toMatchObject({
        kind: 'ConfigMap',
        metadata: { namespace },
        data: { a: '1' },
      });
      expect(body['metadata']?.['uid']).toMatch(/^[-0-9a-f]{36}$/);
      expect(body['metadata']?.['creationTimestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Number(body['metadata']?.['resourceVersion'])).toBeGreaterThan(0);
    });

    it('answers a missing object with 404 NotFound and its details', async () => {
      const { code, body } = await kube.call('GET', `${deployments}/none`);
      expect(code).toBe(404);
      expect(body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'deployments.apps "none" not found',
        reason: 'NotFound',
        details: { name: 'none', group: 'apps', kind: 'deployments' },
        code: 404,
      });
    });

    it('answers a second object of the same name with 409 AlreadyExists', async () => {
      await create(`${core}/configmaps`, configMap('twice'));
      const { code, body } = await kube.call('POST', `${core}/configmaps`, {
        body: configMap('twice'),
      });
      expect(code).toBe(409);
      expect(body).toMatchObject({
        reason: 'AlreadyExists',
        message: 'configmaps "twice" already exists',
      });
    });

    it('makes a name from generateName, and refuses an object with neither', async () => {
      const made = await kube.call('POST', `${core}/configmaps`, {
        body: { metadata: { generateName: 'gen-' } },
      });
      expect(made.body['metadata']?.['name']).toMatch(/^gen-[a-z0-9]{5}$/);
      const refused = await kube.call('POST', `${core}/configmaps`, { body: { metadata: {} } });
      expect(refused.code).toBe(422);
      expect(refused.body['details']).toMatchObject({
        causes: [{ reason: 'FieldValueRequired', field: 'metadata.name' }],
      });
    });

    it('refuses an update of an outdated version with 409 Conflict', async () => {
      await create(`${core}/configmaps`, configMap('outdated'));
      const { body: before } = await kube.call('GET', `${core}/configmaps/outdated`);
      await kube.call('PUT', `${core}/configmaps/outdated`, {
        body: { ...before, data: { a: '1' } },
      });
      const { code, body } = await kube.call('PUT', `${core}/configmaps/outdated`, {
        body: { ...before, data: { a: '2' } },
      });
      expect(code).toBe(409);
      expect(body['reason']).toBe('Conflict');
      expect(body['message']).toContain('the object has been modified; please apply your changes');
    });

    it('refuses to replace an object that is another one by now', async () => {
      await create(`${core}/configmaps`, configMap('replaced'));
      const { code, body } = await kube.call('PUT', `${core}/configmaps/replaced`, {
        body: configMap('replaced', {}, { uid: '11111111-1111-1111-1111-111111111111' }),
      });
      expect([code, body['reason']]).toEqual([409, 'Conflict']);
      expect(body['message']).toContain('Precondition failed: UID in precondition');
    });

    it.each([
      ['replace what is not there', 'PUT', '/absent', configMap('absent'), 404],
      ['replace by another name', 'PUT', '/absent', configMap('other'), 400],
      [
        'create in another namespace',
        'POST',
        '',
        configMap('x', {}, { namespace: 'default' }),
        400,
      ],
      ['replace all', 'PUT', '', configMap('x'), 405],
    ])('refuses to %s', async (_what, method, path, ...[body, expected]) => {
      expect((await kube.call(method, `${core}/configmaps${path}`, { body })).code).toBe(expected);
    });

    it('stores nothing when an update changes nothing', async () => {
      await create(`${core}/configmaps`, configMap('same', { a: '1' }));
      const { body: before } = await kube.call('GET', `${core}/configmaps/same`);
      const { body: after } = await kube.call('PATCH', `${core}/configmaps/same`, {
        body: { data: { a: '1' } },
        contentType: merge,
      });
      expect(after['metadata']?.['resourceVersion']).toBe(before['metadata']?.['resourceVersion']);
    });

    it('refuses to create in a namespace that is not there', async () => {
      const { code, body } = await kube.call('POST', '/api/v1/namespaces/nowhere/configmaps', {
        body: configMap('x'),
      });
      expect(code).toBe(404);
      expect(body['message']).toBe('namespaces "nowhere" not found');
    });

    it('changes nothing in a dry run', async () => {
      const { code } = await kube.call('POST', `${core}/configmaps?dryRun=All`, {
        body: configMap('dry'),
      });
      expect(code).toBe(201);
      expect((await kube.call('GET', `${core}/configmaps/dry`)).code).toBe(404);
    });

    it('turns stringData of a Secret into encoded data', async () => {
      await create(`${core}/secrets`, { metadata: { name: 'plain' }, stringData: { a: 'b' } });
      const { body } = await kube.call('GET', `${core}/secrets/plain`);
      expect(body).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
      expect(body['stringData']).toBeUndefined();
    });

    it('deletes only the object that the preconditions name', async () => {
      await create(`${core}/configmaps`, configMap('guarded'));
      const refused = await kube.call('DELETE', `${core}/configmaps/guarded`, {
        body: { preconditions: { uid: 'another' } },
      });
      expect([refused.code, refused.body['reason']]).toEqual([409, 'Conflict']);
      const deleted = await kube.call('DELETE', `${core}/configmaps/guarded`);
      expect(deleted.body).toMatchObject({ status: 'Success', details: { name: 'guarded' } });
    });

    it('refuses a body of an unknown media type with 415', async () => {
      const { code, body } = await kube.call('POST', `${core}/configmaps`, {
        body: 'x',
        contentType: 'text/plain',
      });
      expect([code, body['reason']]).toEqual([415, 'UnsupportedMediaType']);
    });

    it('refuses a request without a valid token with 401', async () => {
      const stranger = rest({ ...suite.server().connection, token: 'wrong' });
      const { code, body } = await stranger.call('GET', `${core}/configmaps`);
      stranger.close();
      expect([code, body['reason']]).toEqual([401, 'Unauthorized']);
    });
  });
}
