// The adapter keeps the contract of every KubeClient on a server that speaks TLS: the lab's embedded API server.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { startKubeServer } from '../../../src/lab/kube/index.ts';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { kubeClientSuite } from '../../contracts/kube-client.suite.ts';

const token = 'token-of-a-tester';
const { signal } = new AbortController();
const size = 8 * 1024 * 1024;

async function start(): Promise<KubeServer> {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  return startKubeServer({
    name: 'one',
    tls,
    tokens: [{ token, user: 'tester', groups: [] }],
    access: ({ verb }) => verb !== 'escalate',
    async exec({ command }, streams) {
      const [name] = command;
      if (name === 'fail') {
        await streams.stderr(Buffer.from('no such file\n'));
        return 7;
      }
      const chunk = Buffer.alloc(64 * 1024, 7);
      for (let sent = 0; sent < size; sent += chunk.length) await streams.stdout(chunk);
      return 0;
    },
  });
}

async function connect(server: KubeServer, text?: string): Promise<KubeTarget> {
  const kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-kube-')), 'config');
  await writeFile(kubeconfig, text ?? server.kubeconfig({ token }));
  return createKubeTarget({ kubeconfig });
}

kubeClientSuite('adapter on the embedded server', async () => {
  const server = await start();
  const kube = await connect(server);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } };
  await kube.client.create(namespace, signal);
  return {
    client: kube.client,
    close: async () => {
      kube.close();
      await server.close();
    },
  };
});

describe('the adapter on the embedded server', () => {
  let server: KubeServer;
  let kube: KubeTarget;
  beforeAll(async () => {
    server = await start();
    kube = await connect(server);
    const metadata = { name: 'etcd-0', namespace: 'default' };
    const spec = { containers: [{ name: 'etcd', image: 'etcd' }] };
    await kube.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, signal);
  });
  afterAll(async () => {
    kube.close();
    await server.close();
  });

  const exec = (command: string, pod = 'etcd-0') =>
    kube.client.exec({ namespace: 'default', pod, container: 'etcd', command: [command], signal });

  it('streams a large file out of a pod, every byte of it', async () => {
    const session = await exec('cat');
    let received = 0;
    for await (const chunk of session.stdout) received += chunk.length;
    expect(received).toBe(size);
    expect(await session.exit).toEqual({ code: 0, stderr: '' });
  });

  it('gives the exit code and what a failing command said', async () => {
    const session = await exec('fail');
    expect(await session.exit).toEqual({ code: 7, stderr: 'no such file\n' });
  });

  it('says that a pod does not exist', async () => {
    await expect(exec('cat', 'etcd-9')).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
  });

  it('asks the server what it may do', async () => {
    const query = { apiVersion: 'v1', kind: 'Pod', namespace: 'default' };
    expect(await kube.reader.may({ ...query, verb: 'delete' }, signal)).toBe(true);
    expect(await kube.reader.may({ ...query, verb: 'escalate' }, signal)).toBe(false);
  });

  it('refuses a server whose certificate it cannot trust, says so, and does not call that retryable', async () => {
    const other = await createCertificateAuthority();
    const ca = Buffer.from(other.cert).toString('base64');
    const text = server
      .kubeconfig({ token })
      .replace(/certificate-authority-data: .*/, `certificate-authority-data: ${ca}`);
    const stranger = await connect(server, text);
    await expect(stranger.reader.version(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNREACHABLE',
      retryable: false,
      hint: expect.stringContaining('certificate is not trusted') as string,
    });
    stranger.close();
  });

  it('trusts a server that any certificate of a bundle vouches for', async () => {
    const other = await createCertificateAuthority();
    const [, own = ''] =
      /certificate-authority-data: "?([^"\s]*)/.exec(server.kubeconfig({ token })) ?? [];
    const bundle = `${other.cert}\n# ours\n${Buffer.from(own, 'base64').toString()}`;
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-ca-')), 'bundle.pem');
    await writeFile(file, bundle);
    const text = server
      .kubeconfig({ token })
      .replace(/certificate-authority-data: .*/, `certificate-authority: ${file}`);
    const trusting = await connect(server, text);
    expect(await trusting.reader.version(signal)).toMatch(/^v/);
    trusting.close();
  });

  it('checks no certificate where the kubeconfig says so, aloud, and only there', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const lax = server
      .kubeconfig({ token })
      .replace(/certificate-authority-data: .*/, 'insecure-skip-tls-verify: true');
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-kube-')), 'config');
    await writeFile(file, lax);
    const notices: string[] = [];
    const careless = createKubeTarget(
      { kubeconfig: file },
      { notice: (message) => notices.push(message) },
    );
    expect(await careless.reader.version(signal)).toMatch(/^v/);
    expect(notices).toEqual([expect.stringContaining('identity of https://127.0.0.1')]);
    careless.close();

    const strict = await connect(server, lax.replace('insecure-skip-tls-verify: true', ''));
    await expect(strict.reader.version(signal)).rejects.toMatchObject({ retryable: false });
    strict.close();
    vi.unstubAllEnvs();
  });

  it('sees every kind that the server serves', async () => {
    const kinds = await kube.reader.resources(signal);
    const named = kinds.map((one) => `${one.apiVersion} ${one.kind} ${one.plural}`);
    expect(named).toContain('v1 Pod pods');
    expect(named).toContain('apps/v1 Deployment deployments');
    expect(new Set(named).size).toBe(named.length);
  });

  it('refuses wrong credentials as such', async () => {
    const stranger = await connect(server, server.kubeconfig({ token }).replace(token, 'wrong'));
    const asked = stranger.reader.get({ apiVersion: 'v1', kind: 'Namespace', name: 'a' }, signal);
    await expect(asked).rejects.toMatchObject({ code: 'CLIENT_UNAUTHENTICATED' });
    stranger.close();
  });
});
