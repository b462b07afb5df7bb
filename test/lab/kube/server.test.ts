/*
 * What only the embedded server has, or a suite for all servers cannot ask for: access rules, forgotten
 * history, snapshots, streaming lists, CEL rules, several servers side by side.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { apply, merge, rest, type Rest } from './rest.ts';
import { adminToken, startServer } from './start-server.ts';
import { widgets } from './widgets.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const widgetPath = '/apis/lab.example.com/v1/namespaces/default/widgets';
const open: { server: KubeServer; kube: Rest }[] = [];

async function start(
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ server: KubeServer; kube: Rest }> {
  const { server, connection } = await startServer(options);
  const started = { server, kube: rest(connection) };
  open.push(started);
  return started;
}

afterEach(async () => {
  for (const { server, kube } of open.splice(0)) {
    kube.close();
    await server.close();
  }
});

function configMap(name: string, data: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function widgetWith(name: string, value: number): object {
  return {
    apiVersion: 'lab.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w' },
    spec: { size: 'S', parts: [{ name, value }] },
  };
}

describe('watches', () => {
  it('end with 410 Expired when they begin at a forgotten version', async () => {
    const { server, kube } = await start({ historyLimit: 2 });
    const version = server.storage.revision;
    for (const name of ['a', 'b', 'c'])
      await kube.call('POST', configMaps, { body: configMap(name) });
    const events = await kube.watch(
      `${configMaps}?watch=true&resourceVersion=${version}`,
      (seen) => seen.length === 1,
    );
    expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('answer an expired page token with 410', async () => {
    const { server, kube } = await start();
    for (const name of ['a', 'b', 'c'])
      await kube.call('POST', configMaps, { body: configMap(name) });
    const first = await kube.call('GET', `${configMaps}?limit=1`);
    await kube.call('POST', configMaps, { body: configMap('d') });
    server.storage.compact();
    const token = first.body['metadata']?.['continue'] as unknown as string;
    const { code, body } = await kube.call('GET', `${configMaps}?limit=1&continue=${token}`);
    expect([code, body['reason']]).toEqual([410, 'Expired']);
  });

  it('stream the initial state and mark its end with a bookmark', async () => {
    const { kube } = await start();
    await kube.call('POST', configMaps, { body: configMap('a') });
    const query =
      'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const events = await kube.watch(`${configMaps}?${query}`, (seen) => seen.length === 2);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(events[1]?.object['metadata']?.['annotations']).toEqual({
      'k8s.io/initial-events-end': 'true',
    });
  });

  it('end when their time is up', async () => {
    const { kube } = await start();
    expect(await kube.watch(`${configMaps}?watch=true&timeoutSeconds=1`, () => false)).toEqual([]);
  });
});

describe('snapshots', () => {
  it('bring back the whole store as it was, revision included, and end watches', async () => {
    const { server, kube } = await start({ crds: [widgets] });
    await kube.call('POST', configMaps, { body: configMap('kept', { a: '1' }) });
    const snapshot = server.snapshot();
    const revision = server.storage.revision;
    await kube.call('DELETE', `${configMaps}/kept`);
    await kube.call('POST', configMaps, { body: configMap('later') });
    const watching = kube.watch(`${configMaps}?watch=true`, () => false);
    await kube.watch(`${configMaps}?watch=true`, (seen) => seen.length === 1);
    server.restore(snapshot);
    expect(server.storage.revision).toBe(revision);
    expect((await watching).map(({ object }) => object['metadata']?.['name'])).toEqual(['later']);
    expect((await kube.call('GET', `${configMaps}/kept`)).body['data']).toEqual({ a: '1' });
    expect((await kube.call('GET', `${configMaps}/later`)).code).toBe(404);
    expect((await kube.call('GET', widgetPath)).code).toBe(200);
  });
});

describe('access', () => {
  it('refuses with 403 what the access rule denies, and says so in a review', async () => {
    const { kube } = await start({
      access: ({ verb, resource }) => verb !== 'delete' || resource === 'pods',
    });
    await kube.call('POST', configMaps, { body: configMap('safe') });
    const { code, body } = await kube.call('DELETE', `${configMaps}/safe`);
    expect(code).toBe(403);
    expect(body['message']).toBe(
      'configmaps "safe" is forbidden: User "admin" cannot delete resource "configmaps" in API group "" in the namespace "default"',
    );
    const review = await kube.call(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      { body: { spec: { resourceAttributes: { verb: 'delete', resource: 'configmaps' } } } },
    );
    expect(review.body['status']).toMatchObject({ allowed: false });
  });
});

describe('custom resources', () => {
  it('refuse what breaks a CEL rule on old and new value', async () => {
    const { kube } = await start({ crds: [widgets] });
    const widget = { metadata: { name: 'w' }, spec: { size: 'S', fixed: 'a' } };
    expect((await kube.call('POST', widgetPath, { body: widget })).code).toBe(201);
    const { code, body } = await kube.call('PATCH', `${widgetPath}/w`, {
      body: { spec: { fixed: 'b' } },
      contentType: merge,
    });
    expect(code).toBe(422);
    expect(body['message']).toBe(
      'Widget.lab.example.com "w" is invalid: spec.fixed: Invalid value: "b": fixed is immutable',
    );
  });

  it('answer an unknown field with a 400 when the client asks for strictness', async () => {
    const { kube } = await start({ crds: [widgets] });
    const { code, body } = await kube.call('POST', `${widgetPath}?fieldValidation=Strict`, {
      body: { metadata: { name: 'w' }, spec: { size: 'S', sise: 'L' } },
    });
    expect([code, body['message']]).toEqual([
      400,
      'strict decoding error: unknown field "spec.sise"',
    ]);
  });

  it('merge a keyed list of several appliers, and refuse a key twice', async () => {
    const { kube } = await start({ crds: [widgets] });
    const applyAs = async (manager: string, body: object): ReturnType<Rest['call']> =>
      kube.call('PATCH', `${widgetPath}/w?fieldManager=${manager}`, {
        body,
        contentType: apply,
      });
    await applyAs('one', widgetWith('a', 1));
    await applyAs('two', widgetWith('b', 2));
    const { body } = await applyAs('one', widgetWith('a', 3));
    expect(body['spec']?.['parts']).toEqual([
      { name: 'a', value: 3 },
      { name: 'b', value: 2 },
    ]);
    const twice = await kube.call('PATCH', `${widgetPath}/w`, {
      body: { spec: { parts: [{ name: 'a' }, { name: 'a' }] } },
      contentType: merge,
    });
    expect(twice.body['message']).toContain('spec.parts[1]: Duplicate value: {"name":"a"}');
  });
});

describe('several servers in one process', () => {
  it('know nothing of each other', async () => {
    const [one, two, three] = [await start(), await start(), await start()];
    await one.kube.call('POST', configMaps, { body: configMap('mine') });
    expect((await two.kube.call('GET', `${configMaps}/mine`)).code).toBe(404);
    await three.server.close();
    expect((await one.kube.call('GET', `${configMaps}/mine`)).code).toBe(200);
  });

  it('give a kubeconfig that names server, authority and token', async () => {
    const { server } = await start();
    const config = server.kubeconfig({ token: adminToken });
    expect(config).toContain(`server: ${server.url}`);
    expect(config).toContain(`token: ${adminToken}`);
    expect(config).toContain('certificate-authority-data: ');
  });
});

describe('warnings', () => {
  it('never break an answer, however many unknown fields and whatever their names', async () => {
    const { kube } = await start({ crds: [widgets] });
    const unknown = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`größe${i}`, i]));
    const { code, body } = await kube.call('POST', widgetPath, {
      body: { metadata: { name: 'w' }, spec: { size: 'S', ...unknown } },
    });
    expect([code, body['spec']]).toEqual([201, { size: 'S', count: 2 }]);
  });
});
