// Which proxy counts, and what goes through it: many calls by one tunnel, with the server's own TLS inside.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { proxyFor } from '../../../src/adapters/kubernetes/proxy.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { startKubeServer } from '../../../src/lab/kube/index.ts';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import type { CertificateAuthority } from '../../../src/lab/tls/index.ts';
import { startConnectProxy, startMuteServer, startSocksProxy } from './proxies.ts';
import { writeKubeconfig } from './scripted-server.ts';

const limit = vi.hoisted(() => ({ ms: 30_000 }));
vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  get TUNNEL_MS() {
    return limit.ms;
  },
}));

const { signal } = new AbortController();
const token = 'token-of-a-tester';
const open: { close(): void | Promise<void> }[] = [];

function opened<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

afterEach(async () => {
  vi.unstubAllEnvs();
  limit.ms = 30_000;
  for (const one of open.splice(0).toReversed()) await one.close();
});

describe('the proxy of a server', () => {
  const environment = {
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY:
      '.corp, example.org, *.lab, 10.0.0.1:6443, 172.16.0.0/12, fd00::/8, [2001:db8::1]:443, api.only:6443',
  };
  it.each([
    ['https://k.example.com', 'http://proxy:3128'],
    ['http://k.example.com', undefined],
    ['https://k.corp', undefined],
    ['https://corp', 'http://proxy:3128'],
    ['https://notcorp', 'http://proxy:3128'],
    ['https://example.org', undefined],
    ['https://api.example.org:6443', undefined],
    ['https://badexample.org', 'http://proxy:3128'],
    ['https://one.lab', undefined],
    ['https://10.0.0.1:6443', undefined],
    ['https://10.0.0.1:443', 'http://proxy:3128'],
    ['https://172.31.255.1:6443', undefined],
    ['https://172.32.0.1:6443', 'http://proxy:3128'],
    ['https://[fd12::1]:6443', undefined],
    ['https://[fe80::1]:6443', 'http://proxy:3128'],
    ['https://[2001:db8::1]', undefined],
    ['https://[2001:db8::1]:6443', 'http://proxy:3128'],
    ['https://api.only:6443', undefined],
    ['https://api.only', 'http://proxy:3128'],
    ['https://127.8.0.1:6443', undefined],
    ['https://[::1]:6443', undefined],
    ['https://localhost', undefined],
  ])('for %s is %s', (server, expected) => {
    expect(proxyFor(server, environment)).toBe(expected);
  });

  it.each([
    [{ https_proxy: 'proxy:3128' }, 'http://proxy:3128'],
    [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://upper:1'],
    [{ HTTPS_PROXY: 'socks5://proxy:1080' }, 'socks5://proxy:1080'],
    [{ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy:1', no_proxy: 'k.example.com' }, undefined],
    [{ HTTP_PROXY: 'http://proxy:1' }, undefined],
  ])('by %j is %s', (variables, expected) => {
    expect(proxyFor('https://k.example.com:6443', variables)).toBe(expected);
  });

  it.each([['ftp://me:hunter2@proxy'], ['http://me:hunter2@'], ['http://me:hunter2@[oops']])(
    'that cannot be used (%s) is refused without its password',
    (proxy) => {
      let message = '';
      try {
        proxyFor('https://k.example.com', { HTTPS_PROXY: proxy });
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('HTTPS_PROXY of the environment');
      expect(message).not.toContain('hunter2');
    },
  );
});

describe('a proxy', () => {
  let authority: CertificateAuthority;
  let server: KubeServer;
  beforeAll(async () => {
    authority = await createCertificateAuthority();
    const tls = await authority.issue({ ips: ['127.0.0.1'], names: ['api.example.com'] });
    server = await startKubeServer({
      name: 'one',
      tls: { ...tls, ca: authority.cert },
      tokens: [{ token, user: 'tester', groups: [] }],
      async exec(_request, streams) {
        await streams.stdout(Buffer.from('from inside'));
        return 0;
      },
    });
    const kube = opened(await reached({}));
    const spec = { containers: [{ name: 'etcd', image: 'etcd' }] };
    const metadata = { name: 'etcd-0', namespace: 'default' };
    await kube.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, signal);
  });
  afterAll(() => server.close());

  async function reached(cluster: object, ca = authority.cert): Promise<KubeTarget> {
    const data = Buffer.from(ca).toString('base64');
    const kubeconfig = await writeKubeconfig(
      server.url,
      { token },
      { 'certificate-authority-data': data, ...cluster },
    );
    return opened(createKubeTarget({ kubeconfig }));
  }

  it('carries many calls in one tunnel, and a command in another', async () => {
    const proxy = opened(await startConnectProxy());
    const kube = await reached({ 'proxy-url': proxy.url });
    for (let call = 0; call < 10; call += 1) await kube.reader.version(signal);
    expect(proxy.opened).toEqual([new URL(server.url).host]);
    const command = { namespace: 'default', pod: 'etcd-0', container: 'etcd', command: ['x'] };
    const session = await kube.client.exec({ ...command, signal });
    const chunks: Uint8Array[] = [];
    for await (const chunk of session.stdout) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('from inside');
    expect(await session.exit).toEqual({ code: 0, stderr: '' });
    expect(proxy.opened.length).toBeLessThanOrEqual(2);
  });

  it('is taken from HTTPS_PROXY, the name of the server being resolved behind it', async () => {
    const proxy = opened(await startConnectProxy({ leadsTo: Number(new URL(server.url).port) }));
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('no_proxy', '');
    const kube = await reached({ server: 'https://api.example.com:6443' });
    expect(await kube.reader.version(signal)).toMatch(/^v/);
    expect(proxy.opened).toEqual(['api.example.com:6443']);
  });

  it('is not used for a server that NO_PROXY names', async () => {
    const proxy = opened(await startConnectProxy());
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '.invalid');
    const kube = await reached({ server: 'https://api.invalid:6443' });
    await expect(kube.reader.version(signal)).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE' });
    expect(proxy.opened).toEqual([]);
  });

  it('cannot stand in for the server: the certificate inside the tunnel is checked', async () => {
    const proxy = opened(await startConnectProxy({ leadsTo: Number(new URL(server.url).port) }));
    const other = await createCertificateAuthority();
    const stranger = await reached({ 'proxy-url': proxy.url }, other.cert);
    const misnamed = await reached({ 'proxy-url': proxy.url, server: 'https://else.example:443' });
    for (const kube of [stranger, misnamed]) {
      await expect(kube.reader.version(signal)).rejects.toMatchObject({
        code: 'CLIENT_UNREACHABLE',
        retryable: false,
        hint: expect.stringContaining('certificate is not trusted') as string,
      });
    }
    const named = await reached({
      'proxy-url': proxy.url,
      server: 'https://else.example:443',
      'tls-server-name': 'api.example.com',
    });
    expect(await named.reader.version(signal)).toMatch(/^v/);
  });

  it('is asked for IPv6 addresses in brackets', async () => {
    const proxy = opened(await startConnectProxy({ leadsTo: Number(new URL(server.url).port) }));
    const kube = await reached({
      'proxy-url': proxy.url,
      server: 'https://[2001:db8::1]:6443',
      'tls-server-name': 'api.example.com',
    });
    expect(await kube.reader.version(signal)).toMatch(/^v/);
    expect(proxy.opened).toEqual(['[2001:db8::1]:6443']);
  });

  it('gets its own user and password, and a refusal of them is told without them', async () => {
    const wants = `Basic ${Buffer.from('me:hunter2/').toString('base64')}`;
    const proxy = opened(await startConnectProxy({ wants }));
    const url = (login: string): string => proxy.url.replace('//', `//${login}@`);
    const kube = await reached({ 'proxy-url': url('me:hunter2%2F') });
    expect(await kube.reader.version(signal)).toMatch(/^v/);

    const refused = await reached({ 'proxy-url': url('me:hunter3') });
    const error: unknown = await refused.reader.version(signal).catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: 'CLIENT_UNREACHABLE',
      retryable: false,
      message: expect.stringContaining(`the proxy ${proxy.url} refused a tunnel`) as string,
    });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('hunter3');
    const session = refused.client.exec({ namespace: 'a', pod: 'b', command: ['x'], signal });
    await expect(session).rejects.toThrow('HTTP 407, it wants a user and a password');
  });

  it('that is not there, or never answers, is named, and a later try may succeed', async () => {
    limit.ms = 300;
    const gone = await startConnectProxy();
    await gone.close();
    const silent = opened(await startConnectProxy({ silent: true }));
    for (const [url, why] of [
      [gone.url, 'cannot be reached'],
      [silent.url, 'did not open a tunnel within 0.3s'],
    ] as const) {
      const kube = await reached({ 'proxy-url': url });
      await expect(kube.reader.version(signal)).rejects.toMatchObject({
        code: 'CLIENT_UNREACHABLE',
        retryable: true,
        message: expect.stringContaining(`the proxy ${url} ${why}`) as string,
        hint: expect.stringContaining('NO_PROXY') as string,
      });
    }
  });

  it('that never answers keeps nothing open once the target is closed', async () => {
    const silent = opened(await startConnectProxy({ silent: true }));
    const mute = opened(await startMuteServer());
    for (const url of [silent.url, `socks5://127.0.0.1:${mute.port}`]) {
      const kube = await reached({ 'proxy-url': url });
      const between = url === silent.url ? silent : mute;
      const outcome = kube.reader.version(signal).catch((error: unknown) => error);
      await expect.poll(() => between.connections()).toBe(1);
      kube.close();
      await expect.poll(() => between.connections()).toBe(0);
      expect(await outcome).toMatchObject({ code: 'CLIENT_UNREACHABLE' });
    }
  });

  it('may speak TLS itself', async () => {
    const tls = await authority.issue({ ips: ['127.0.0.1'] });
    const proxy = opened(await startConnectProxy({ tls }));
    const kube = await reached({ 'proxy-url': proxy.url });
    for (let call = 0; call < 3; call += 1) await kube.reader.version(signal);
    expect(proxy.opened).toHaveLength(1);
  });

  it('that speaks TLS with a certificate of nobody is not trusted', async () => {
    const other = await createCertificateAuthority();
    const proxy = opened(
      await startConnectProxy({ tls: await other.issue({ ips: ['127.0.0.1'] }) }),
    );
    const kube = await reached({ 'proxy-url': proxy.url });
    await expect(kube.reader.version(signal)).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE' });
    expect(proxy.opened).toEqual([]);
  });

  it('may speak SOCKS 5', async () => {
    const proxy = opened(await startSocksProxy());
    const kube = await reached({ 'proxy-url': `socks5://127.0.0.1:${proxy.port}` });
    for (let call = 0; call < 3; call += 1) await kube.reader.version(signal);
    expect(proxy.opened).toEqual([new URL(server.url).host]);
  });
});
