// Connections to a real kube-apiserver: how many there are, what goes through them, and how lists and watches survive
// that they are cut, that the server is restarted, and that its history is compacted.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { ChildProcesses, startApiServer } from '../../../src/lab/envtest/index.ts';
import type { ApiServer } from '../../../src/lab/envtest/index.ts';
import { adminToken } from '../../lab/envtest/real-server.ts';
import { areMissing, binaries } from '../../lab/envtest/real-servers.ts';
import { rest } from '../../lab/kube/rest.ts';
import { startConnectProxy, startRelay } from './proxies.ts';
import type { Relay } from './proxies.ts';
import { START_LIMIT_MS, startRealCluster } from './real-clusters.ts';
import type { RealCluster } from './real-clusters.ts';

vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  PAGE_SIZE: 2,
}));

const { signal } = new AbortController();
const run = promisify(execFile);
const collection = '/api/v1/namespaces/default/configmaps';
const configMaps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

describe.skipIf(areMissing)('a real server (skipped where its programs are absent)', () => {
  let cluster: RealCluster;
  let relay: Relay;
  const started: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    cluster = await startRealCluster({
      exec: async ({ command }, { stdout }) => {
        await stdout(Buffer.from(command.join(' ')));
        return 0;
      },
    });
    await cluster.addPod();
    relay = await startRelay(cluster.port);
    started.push(relay);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await cluster.close();
    for (const one of started) await one.close();
  });

  const relayed = (): Promise<KubeTarget> =>
    cluster.target({ token: adminToken }, { server: `https://127.0.0.1:${relay.port}` });

  const create = (name: string, data: Record<string, string> = {}) =>
    cluster.admin.client.create(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data },
      signal,
    );
  const remove = (name: string) => cluster.admin.client.delete({ ...configMaps, name }, { signal });

  it('is asked many times over one connection, and gives large answers compressed', async () => {
    const before = relay.opened.length;
    const kube = await relayed();
    await create('large', { text: 'all the same '.repeat(60_000) });
    const bytes = relay.received();
    const large = await kube.reader.get({ ...configMaps, name: 'large' }, signal);
    expect(JSON.stringify(large).length).toBeGreaterThan(700_000);
    expect(relay.received() - bytes).toBeLessThan(100_000);
    for (let call = 0; call < 30; call += 1) await kube.reader.version(signal);
    expect(await kube.reader.may({ ...configMaps, verb: 'get' }, signal)).toBe(true);
    expect(relay.opened.length - before).toBe(1);
    await remove('large');
  });

  it('is reached through a proxy by one tunnel, and a command in a pod by one more', async () => {
    const proxy = await startConnectProxy();
    started.push(proxy);
    const kube = await cluster.target({ token: adminToken }, { 'proxy-url': proxy.url });
    for (let call = 0; call < 10; call += 1) await kube.reader.version(signal);
    expect(proxy.opened).toHaveLength(1);
    const command = { namespace: 'default', pod: 'shell', container: 'main', signal };
    const session = await kube.client.exec({ ...command, command: ['echo', 'inside'] });
    const chunks: Uint8Array[] = [];
    for await (const chunk of session.stdout) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('echo inside');
    expect(await session.exit).toMatchObject({ code: 0 });
    expect(proxy.opened.length).toBeLessThanOrEqual(2);
  });

  it('is followed on from where it was when the connection is cut, nothing lost and nothing twice', async () => {
    const next = follow(await relayed());
    expect(await next()).toBe('synced');
    await create('cut-1');
    expect(await next()).toBe('added cut-1');
    relay.hold();
    relay.cut();
    await create('cut-2');
    await remove('cut-1');
    relay.release();
    expect([await next(), await next()]).toEqual(['added cut-2', 'deleted cut-1']);
    await remove('cut-2');
    expect(await next()).toBe('deleted cut-2');
  });

  it('gives every object once when its history is compacted between two pages of a list', async () => {
    const names = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'];
    for (const name of names) await create(name);
    const kube = rest(cluster.server.connection);
    const page = `${collection}?limit=2`;
    const { body } = await kube.call('GET', page);
    const seen: string[] = [];
    for await (const one of cluster.admin.reader.list(configMaps, signal)) {
      seen.push(one.metadata.name);
      if (seen.length === 2) await compact(cluster);
    }
    const token = encodeURIComponent(body['metadata']?.['continue'] as unknown as string);
    expect((await kube.call('GET', `${page}&continue=${token}`)).code).toBe(410);
    kube.close();
    expect(seen).toEqual(names);
    for (const name of names) await remove(name);
  });

  it(
    'is listed anew after it was restarted and no longer knows the position of a watch',
    async () => {
      const { metadata } = await create('kept');
      await create('lost');
      const next = follow(await relayed());
      expect([await next(), await next(), await next()]).toEqual([
        'added kept',
        'added lost',
        'synced',
      ]);
      relay.hold();
      relay.cut();
      await remove('lost');
      await create('new');
      await cluster.server.controlPlane.apiServer.stop();
      await expect(cluster.admin.reader.version(signal)).rejects.toMatchObject({ retryable: true });
      started.push(await restart(cluster));
      const kube = rest(cluster.server.connection);
      const position = metadata['resourceVersion'] as string;
      const from = `${collection}?watch=1&resourceVersion=${position}`;
      const [first] = await kube.watch(from, ({ length }) => length > 0);
      kube.close();
      expect(first).toMatchObject({ type: 'ERROR', object: { code: 410 } });
      relay.release();
      const events = [await next(), await next(), await next(), await next()];
      expect(events).toEqual(['added kept', 'added new', 'deleted lost', 'synced']);
      await create('after');
      expect(await next()).toBe('added after');
    },
    START_LIMIT_MS,
  );
});

/** What a watch gives, one at a time. */
function follow(kube: KubeTarget): () => Promise<string> {
  const events = kube.reader.watch(configMaps, signal)[Symbol.asyncIterator]();
  return async () => {
    const { value } = await events.next();
    return value.type === 'synced' ? 'synced' : `${value.type} ${value.object.metadata.name}`;
  };
}

/** Forgets everything but the present, as a cluster does every five minutes. */
async function compact({ server }: RealCluster): Promise<void> {
  const { endpoints, caFile, certFile, keyFile } = server.controlPlane.etcd;
  const etcdctl = async (...words: readonly string[]): Promise<string> => {
    const flags = [`--endpoints=${endpoints[0]}`, `--cacert=${caFile}`, `--cert=${certFile}`];
    const env = { ...process.env, ETCDCTL_API: '3' };
    const program = binaries?.etcdctl ?? '';
    return (await run(program, [...flags, `--key=${keyFile}`, ...words], { env })).stdout;
  };
  // What follows makes the pages' revision an old one: the latest is never forgotten.
  await etcdctl('put', '/unrelated', 'x');
  const status = JSON.parse(await etcdctl('endpoint', 'status', '--write-out=json')) as {
    Status: { header: { revision: number } };
  }[];
  await etcdctl('compaction', String(status[0]?.Status.header.revision));
}

/** Another process on the same port, with the same store. */
async function restart({ server, port }: RealCluster): Promise<{ close(): Promise<void> }> {
  const processes = new ChildProcesses(server.folder);
  const tls = await server.authority.issue({ ips: ['127.0.0.1'] });
  const again: ApiServer = await startApiServer({
    program: binaries?.kubeApiserver ?? '',
    processes,
    name: 'again',
    folder: `${server.folder}/again`,
    port,
    tls: { ...tls, ca: server.authority.cert, clientCa: server.authority.cert },
    tokens: [{ token: adminToken, user: 'admin', groups: ['system:masters'] }],
    etcd: server.controlPlane.etcd,
  });
  await again.becomesReady();
  return { close: () => processes.close() };
}
