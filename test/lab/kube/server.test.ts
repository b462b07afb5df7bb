/*
 * What only the embedded server has: snapshots, several servers side by side, and what real ones promise
 * nobody: bookmarks on time, warnings that fit.
 */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { rest, type Rest } from './rest.ts';
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

describe('the end of a server', () => {
  it('waits for nobody who has connected and says nothing', async () => {
    const { server } = await startServer();
    const silent = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    // The server's side of the connection is there a moment after the client's.
    await new Promise((resolve) => setImmediate(resolve));
    const ended = new Promise((resolve) => silent.once('close', resolve));
    await server.close();
    await ended;
    expect(silent.destroyed).toBe(true);
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

describe('bookmarks', () => {
  it('say where to go on from shortly before a watch ends', async () => {
    const { server, kube } = await start();
    const query = 'watch=true&timeoutSeconds=3&allowWatchBookmarks=true&labelSelector=none';
    const events = await kube.watch(`${configMaps}?${query}`, () => false);
    expect(events).toMatchObject([
      {
        type: 'BOOKMARK',
        object: {
          kind: 'ConfigMap',
          metadata: { resourceVersion: String(server.storage.revision) },
        },
      },
    ]);
  });
});

describe('warnings', () => {
  it('never break an answer, however many unknown fields and whatever their names', async () => {
    const { kube } = await start({ crds: [widgets] });
    const unknown = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`größe${i}`, i]));
    const { code, body } = await kube.call('POST', widgetPath, {
      body: {
        apiVersion: 'lab.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { size: 'S', ...unknown },
      },
    });
    expect([code, body['spec']]).toEqual([201, { size: 'S', count: 2 }]);
  });
});
