// The adapter keeps the contract of every KubeClient on a real kube-apiserver, and logs in there in every way that a
// kubeconfig knows.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { startLifecycleControllers } from '../../../src/lab/controllers/lifecycle/index.ts';
import { kubeClientSuite } from '../../contracts/kube-client.suite.ts';
import { rest } from '../../lab/kube/rest.ts';
import { adminToken } from '../../lab/envtest/real-server.ts';
import { areMissing } from '../../lab/envtest/real-servers.ts';
import { printing, writePlugin } from './plugins.ts';
import { START_LIMIT_MS, inline, startRealCluster } from './real-clusters.ts';
import type { RealCluster } from './real-clusters.ts';

const { signal } = new AbortController();
const namespaceOf = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', name });

describe.skipIf(areMissing)('on a real server (skipped where its programs are absent)', () => {
  let cluster: RealCluster;
  const stop = new AbortController();
  // A bare API server lets namespaces end only when somebody has emptied them.
  let controllers: readonly Promise<void>[] = [];
  beforeAll(async () => {
    cluster = await startRealCluster({
      tokens: [{ token: 'janes', user: 'jane', groups: ['people'] }],
      exec: async ({ command }, { stdout, stderr }) => {
        await stdout(Buffer.from(command.join(' ')));
        await stderr(Buffer.from('note'));
        return 3;
      },
    });
    controllers = startLifecycleControllers(
      { ...cluster.server.connection, server: cluster.server.controlPlane.url },
      {
        name: 'test',
        signal: stop.signal,
        delay: (ms) => ms,
        log: () => undefined,
      },
    );
    await cluster.addPod();
    await cluster.admin.client.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } },
      signal,
    );
  }, START_LIMIT_MS);
  afterAll(async () => {
    stop.abort();
    await Promise.allSettled(controllers);
    await cluster.close();
  });

  kubeClientSuite('adapter on a real server', async () => {
    const { client } = cluster.admin;
    return {
      client,
      close: async () => {
        const all = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work' };
        for await (const one of client.list(all, signal)) {
          await client.delete({ ...all, name: one.metadata.name }, { signal });
        }
      },
    };
  });

  it('a client certificate is who it says, given inline or as files', async () => {
    const { cert, key } = await cluster.server.authority.issue({
      usages: ['client'],
      user: 'joe',
    });
    const folder = await mkdtemp(path.join(tmpdir(), 'drctl-certs-'));
    await writeFile(path.join(folder, 'a.crt'), cert);
    await writeFile(path.join(folder, 'a.key'), key);
    for (const user of [
      { 'client-certificate-data': inline(cert), 'client-key-data': inline(key) },
      {
        'client-certificate': path.join(folder, 'a.crt'),
        'client-key': path.join(folder, 'a.key'),
      },
    ]) {
      expect(await seenAs(await cluster.target(user))).toBe('joe');
    }
  });

  it('an expired client certificate is refused, and the one that replaced its file is taken', async () => {
    const issue = (user: string, lifetimeMs: number) =>
      cluster.server.authority.issue({ usages: ['client'], user, lifetimeMs });
    const folder = await mkdtemp(path.join(tmpdir(), 'drctl-certs-'));
    const files = {
      'client-certificate': path.join(folder, 'a.crt'),
      'client-key': path.join(folder, 'a.key'),
    };
    const write = async ({ cert, key }: { cert: string; key: string }): Promise<void> => {
      await writeFile(files['client-certificate'], cert);
      await writeFile(files['client-key'], key);
    };
    await write(await issue('old', -60_000));
    const kube = await cluster.target(files);
    await expect(kube.reader.get(namespaceOf('default'), signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
    await write(await issue('new', 60_000));
    expect(await seenAs(kube)).toBe('new');
  });

  it('a plugin that gives a client certificate logs in by it', async () => {
    const { cert, key } = await cluster.server.authority.issue({
      usages: ['client'],
      user: 'by-plugin',
    });
    const plugin = await writePlugin(
      printing({ clientCertificateData: cert, clientKeyData: key }),
      { provideClusterInfo: true },
    );
    expect(await seenAs(await cluster.target({ exec: plugin.exec }))).toBe('by-plugin');
  });

  it('a service account token that the server no longer takes is replaced from its file', async () => {
    const old = await serviceAccountToken(cluster, 'one');
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-token-')), 'token');
    await writeFile(file, old);
    const kube = await cluster.target({ tokenFile: file });
    expect(await seenAs(kube)).toBe('system:serviceaccount:default:one');

    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'one' };
    await cluster.admin.client.delete(account, { signal });
    // The server itself remembers for some seconds whom it let in.
    const stranger = rest({ ...cluster.server.connection, token: old });
    await expect
      .poll(async () => (await stranger.call('GET', '/version')).code, { timeout: 25_000 })
      .toBe(401);
    stranger.close();
    await expect(version(kube)).rejects.toMatchObject({ code: 'CLIENT_UNAUTHENTICATED' });
    await writeFile(file, await serviceAccountToken(cluster, 'two'));
    expect(await seenAs(kube)).toBe('system:serviceaccount:default:two');
  });

  it('a plugin is asked again when the server refuses its token, also for a command in a pod', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-token-')), 'next');
    const plugin = await writePlugin(printing({ token: `$(cat ${file})` }));
    await writeFile(file, 'nobodys');
    const kube = await cluster.target({ exec: plugin.exec });
    await expect(kube.reader.get(namespaceOf('default'), signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
    await writeFile(file, adminToken);
    const command = { namespace: 'default', pod: 'shell', container: 'main', signal };
    const session = await kube.client.exec({ ...command, command: ['echo', 'a b'] });
    const chunks: Uint8Array[] = [];
    for await (const chunk of session.stdout) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('echo a b');
    expect(await session.exit).toEqual({ code: 3, stderr: 'note' });
    const runs = await plugin.runs();
    await version(kube);
    expect(await plugin.runs()).toBe(runs);
  });

  it('every kind that it serves is seen, in the version that it prefers', async () => {
    const kinds = await cluster.admin.reader.resources(signal);
    const named = kinds.map((one) => `${one.apiVersion} ${one.kind}`);
    expect(named).toContain('v1 Pod');
    expect(named).toContain('apps/v1 Deployment');
    expect(named).toContain('apiextensions.k8s.io/v1 CustomResourceDefinition');
    expect(new Set(named).size).toBe(named.length);
  });

  it('one kubeconfig with two contexts is two users at the same time', async () => {
    const ca = inline(cluster.server.authority.cert);
    const { url } = cluster.server.controlPlane;
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-contexts-')), 'config');
    const config = {
      kind: 'Config',
      contexts: ['jane', 'admin'].map((user) => ({ name: user, context: { cluster: 'c', user } })),
      clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': ca } }],
      users: [
        { name: 'jane', user: { token: 'janes' } },
        { name: 'admin', user: { token: adminToken } },
      ],
    };
    await writeFile(file, JSON.stringify(config));
    const jane = createKubeTarget({ kubeconfig: file, context: 'jane' });
    const admin = createKubeTarget({ kubeconfig: file, context: 'admin' });
    expect(await seenAs(jane)).toBe('jane');
    expect(await admin.reader.get(namespaceOf('default'), signal)).toBeDefined();
    jane.close();
    admin.close();
  });

  it('acting for somebody else has their rights, with their groups', async () => {
    const joe = await cluster.target({ token: adminToken, as: 'joe', 'as-groups': ['people'] });
    expect(await seenAs(joe)).toBe('joe');
    const root = { as: 'joe', 'as-groups': ['people', 'system:masters'] };
    const powerful = await cluster.target({ token: adminToken, ...root });
    expect(await powerful.reader.get(namespaceOf('default'), signal)).toBeDefined();
  });

  it('a deprecated version that the server warns of is told once', async () => {
    const notices: string[] = [];
    const kube = await cluster.target({ token: adminToken }, {}, (text) => notices.push(text));
    const ask = () => kube.reader.raw('/apis/extensions/v1beta1/ingresses', signal);
    const answers = [await ask(), await ask()];
    // Gone since Kubernetes 1.22, where there is nothing to warn of.
    const isServed = answers.every((one) => one.status === 200);
    const told = expect.stringContaining('extensions/v1beta1 Ingress is deprecated') as string;
    expect(notices).toEqual(isServed ? [told] : []);
  });
});

/** As whom the server sees these calls: it names a user without rights. */
async function seenAs(kube: KubeTarget): Promise<string> {
  const error: unknown = await kube.reader
    .get(namespaceOf('default'), signal)
    .catch((one: unknown) => one);
  expect(error).toMatchObject({ code: 'CLIENT_DENIED' });
  return /User "([^"]*)"/.exec(String(error))?.[1] ?? '';
}

const version = (kube: KubeTarget): Promise<string> => kube.reader.version(signal);

async function serviceAccountToken({ admin, server }: RealCluster, name: string): Promise<string> {
  const metadata = { name, namespace: 'default' };
  await admin.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, signal);
  const kube = rest(server.connection);
  const at = `/api/v1/namespaces/default/serviceaccounts/${name}/token`;
  const { body } = await kube.call('POST', at, { body: { spec: { expirationSeconds: 600 } } });
  kube.close();
  return body['status']?.['token'] as unknown as string;
}
