// As whom a call is made: what each way of logging in sends, and how a renewed token is taken up in the middle of a run.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { startKubeServer } from '../../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { configMap, reply, scriptedServer, writeKubeconfig } from './scripted-server.ts';
import type { Answerer, Asked, ScriptedServer } from './scripted-server.ts';

const { signal } = new AbortController();
const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of open.splice(0)) await one.close();
});

async function target(
  user: object,
  answer: Answerer = (_asked, response) => reply(response, 200, { gitVersion: 'v1.31.0' }),
): Promise<{ kube: KubeTarget; server: ScriptedServer; kubeconfig: string }> {
  const server = await scriptedServer(answer);
  const kubeconfig = await writeKubeconfig(server.url, user);
  const kube = createKubeTarget({ kubeconfig });
  open.push(kube, server);
  return { kube, server, kubeconfig };
}

async function sentBy(user: object): Promise<Asked['headers']> {
  const { kube, server } = await target(user);
  await kube.reader.version(signal);
  return server.asked[0]?.headers ?? {};
}

async function tokenFile(token: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-token-')), 'token');
  await writeFile(file, `${token}\n`);
  return file;
}

/** Takes one token at a time. */
function guarded(good: { token: string }, answer: Answerer): Answerer {
  return (asked, response) => {
    if (asked.headers.authorization === `Bearer ${good.token}`) answer(asked, response);
    else reply(response, 401, { kind: 'Status', code: 401, message: 'Unauthorized' });
  };
}

describe('a user of a kubeconfig', () => {
  it('is sent as a token, or as a name with a password', async () => {
    expect((await sentBy({ token: 'abc' })).authorization).toBe('Bearer abc');
    const basic = Buffer.from('me:pass').toString('base64');
    const headers = await sentBy({ username: 'me', password: 'pass' });
    expect(headers.authorization).toBe(`Basic ${basic}`);
    expect((await sentBy({})).authorization).toBeUndefined();
  });

  it('with a token and a token file is who the file says', async () => {
    const headers = await sentBy({ token: 'old', tokenFile: await tokenFile('new') });
    expect(headers.authorization).toBe('Bearer new');
  });

  it('acts for another one with all of their groups', async () => {
    const headers = await sentBy({
      token: 'abc',
      as: 'jane',
      'as-uid': '7',
      'as-groups': ['dev', 'ops'],
      'as-user-extra': { 'Example.com/Scopes': ['a', 'b'] },
    });
    expect(headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-group': 'dev, ops',
      'impersonate-extra-example.com%2fscopes': 'a, b',
    });
  });

  it('may log in by OpenID Connect', async () => {
    const token = `${part({ alg: 'none' })}.${part({ exp: Date.now() / 1_000 + 3_600 })}.c2ln`;
    const provider = { name: 'oidc', config: { 'id-token': token } };
    const headers = await sentBy({ 'auth-provider': provider });
    expect(headers.authorization).toBe(`Bearer ${token}`);
  });

  it('that uses a way to log in which Kubernetes gave up is told so', async () => {
    const { kube, kubeconfig } = await target({
      'auth-provider': { name: 'gcp', config: { 'access-token': 'hunter2' } },
    });
    await expect(kube.reader.version(signal)).rejects.toMatchObject({
      code: 'TARGET_INVALID',
      message: `User "me" in ${kubeconfig} logs in by the auth-provider "gcp", which Kubernetes no longer has`,
      hint: expect.stringContaining('exec plugin') as string,
    });
  });

  it.each([
    ['a token over two lines', { token: 'hunter2\nhunter3' }, 'characters that no token has'],
    ['a certificate without its key', { 'client-certificate-data': pem('x') }, 'without its key'],
    ['a key that is no PEM', { 'client-key-data': 'aHVudGVyMg==' }, 'is not PEM'],
    ['a file that is not there', { 'client-certificate': 'gone.crt' }, 'gone.crt'],
    ['a token file that is not there', { tokenFile: 'gone' }, 'does not exist'],
  ])('with %s is refused by name, without secrets', async (_what, user, why) => {
    const { kube, kubeconfig } = await target(user);
    const error: unknown = await kube.reader.version(signal).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'TARGET_INVALID' });
    expect(String(error)).toContain(why);
    expect(String(error)).toContain(kubeconfig);
    expect(String(error)).not.toContain('hunter');
  });
});

/** Of a JSON Web Token. */
function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function pem(text: string): string {
  return Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n`).toString('base64');
}

describe('a token file that is renewed while a run goes on', () => {
  it('is read again when the server refuses the old token between two pages of a list', async () => {
    const good = { token: 'one' };
    const file = await tokenFile('one');
    const { kube, server } = await target(
      { tokenFile: file },
      guarded(good, (asked, response) => {
        const isFirst = asked.query.get('continue') === null;
        reply(response, 200, {
          metadata: isFirst ? { continue: 'next' } : { resourceVersion: '9' },
          items: [configMap(isFirst ? 'a' : 'b', '1')],
        });
      }),
    );
    const names: string[] = [];
    for await (const one of kube.reader.list(query, signal)) {
      names.push(one.metadata.name);
      good.token = 'two';
      await writeFile(file, 'two');
    }
    expect(names).toEqual(['a', 'b']);
    expect(server.asked.map((one) => one.headers.authorization)).toEqual([
      'Bearer one',
      'Bearer one',
      'Bearer two',
    ]);
  });

  it('is read again when a watch is resumed', async () => {
    const good = { token: 'one' };
    const file = await tokenFile('one');
    const { kube } = await target(
      { tokenFile: file },
      guarded(good, (asked, response) => {
        if (asked.query.get('watch') === null) {
          return reply(response, 200, { metadata: { resourceVersion: '5' }, items: [] });
        }
        const event = { type: 'ADDED', object: configMap(`seen-by-${good.token}`, '6') };
        response.write(`${JSON.stringify(event)}\n`);
        setImmediate(() => response.end());
      }),
    );
    const seen: string[] = [];
    for await (const event of kube.reader.watch(query, signal)) {
      if (event.type === 'synced') continue;
      seen.push(event.object.metadata.name);
      if (seen.length === 2) break;
      good.token = 'two';
      await writeFile(file, 'two');
    }
    expect(seen).toEqual(['seen-by-one', 'seen-by-two']);
  });

  it('is read again for a command in a pod', async () => {
    const file = await tokenFile('one');
    const { kube, server } = await target({ tokenFile: file });
    const tokens: (string | undefined)[] = [];
    const sockets = new WebSocketServer({ noServer: true });
    server.http.on('upgrade', (asked, socket, head) => {
      tokens.push(asked.headers.authorization);
      if (asked.headers.authorization !== 'Bearer two') {
        void writeFile(file, 'two').then(() =>
          socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
        );
        return;
      }
      sockets.handleUpgrade(asked, socket, head, (one) => {
        one.send(Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]));
      });
    });
    const session = await kube.client.exec({ namespace: 'ns', pod: 'p', command: ['x'], signal });
    expect(await session.exit).toEqual({ code: 0, stderr: '' });
    expect(tokens).toEqual(['Bearer one', 'Bearer two']);
  });

  it('may be absent or empty for a moment', async () => {
    const file = await tokenFile('one');
    const { kube, server } = await target({ tokenFile: file }, (_asked, response) => {
      // The first call is refused, so that the second one reads the file again.
      const isFirst = server.asked.length === 1;
      void (isFirst ? rm(file) : Promise.resolve()).then(() =>
        reply(response, isFirst ? 401 : 200, { gitVersion: 'v1.31.0' }),
      );
    });
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
    expect(server.asked[1]?.headers.authorization).toBe('Bearer one');
  });
});

function loggedIn(server: string, token: string): string {
  return JSON.stringify({
    'current-context': 'main',
    contexts: [{ name: 'main', context: { cluster: 'one', user: 'me' } }],
    clusters: [{ name: 'one', cluster: { server } }],
    users: [{ name: 'me', user: { token } }],
  });
}

const welcome: Answerer = (_asked, response) => reply(response, 200, { gitVersion: 'v1.31.0' });

describe('a token that stands in the kubeconfig itself', () => {
  it('is read again once it is refused, where somebody has logged in meanwhile', async () => {
    const good = { token: 'one' };
    const { kube, server, kubeconfig } = await target({ token: 'one' }, guarded(good, welcome));
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
    good.token = 'two';
    await writeFile(kubeconfig, loggedIn(server.url, 'two'));
    // Calls in parallel are refused together.
    const calls = [1, 2, 3].map(() => kube.reader.version(signal));
    expect(await Promise.all(calls)).toEqual(['v1.31.0', 'v1.31.0', 'v1.31.0']);
    expect(server.asked.at(-1)?.headers.authorization).toBe('Bearer two');
  });

  it('that stays refused ends the call, and says what to do', async () => {
    const { kube, server } = await target({ token: 'one' }, guarded({ token: 'two' }, welcome));
    await expect(kube.reader.version(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
      retryable: false,
      hint: expect.stringContaining('Log in again') as string,
    });
    expect(server.asked).toHaveLength(1);
  });

  it('never leads to another server, which a login elsewhere has made the current one', async () => {
    const other = await scriptedServer(welcome);
    const { kube, kubeconfig } = await target({ token: 'one' }, guarded({ token: 'x' }, welcome));
    await expect(kube.reader.version(signal)).rejects.toThrow('Unauthorized');
    await writeFile(kubeconfig, loggedIn(other.url, 'two'));
    await expect(kube.reader.version(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
    expect(other.asked).toHaveLength(0);
    open.push(other);
  });
});

describe('in a pod', () => {
  it('its service account is used, and its token read again when refused', async () => {
    const authority = await createCertificateAuthority();
    const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
    const tokens = [{ token: 'two', user: 'pod', groups: [] }];
    const server = await startKubeServer({ name: 'one', tls, tokens });
    const serviceAccount = await mkdtemp(path.join(tmpdir(), 'drctl-pod-'));
    await writeFile(path.join(serviceAccount, 'ca.crt'), authority.cert);
    await writeFile(path.join(serviceAccount, 'token'), 'one');
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', serviceAccount);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', new URL(server.url).port);
    const kube = createKubeTarget({}, { serviceAccount });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'default' };
    await expect(kube.reader.get(namespace, signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
    await writeFile(path.join(serviceAccount, 'token'), 'two');
    expect((await kube.reader.get(namespace, signal))?.metadata.name).toBe('default');
    kube.close();
    await server.close();
  });
});
