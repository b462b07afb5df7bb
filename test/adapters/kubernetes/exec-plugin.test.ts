// Credential plugins: what they are given, how long what they give is used, and what is said when they do not work.

import { spawnSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { DrctlError } from '../../../src/engine/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { printing, writePlugin } from './plugins.ts';
import type { Plugin } from './plugins.ts';
import { reply, scriptedServer, writeKubeconfig } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

const limit = vi.hoisted(() => ({ ms: 60_000 }));
vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  get EXEC_PLUGIN_MS() {
    return limit.ms;
  },
}));

const { signal } = new AbortController();
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
  limit.ms = 60_000;
  for (const one of open.splice(0)) await one.close();
});

/** A server that takes the tokens in `good`, and a target that logs in by the plugin. */
async function loggedIn(
  plugin: Plugin,
  good: readonly string[] = [],
): Promise<{ kube: KubeTarget; server: ScriptedServer; kubeconfig: string }> {
  const server = await scriptedServer(({ headers }, response) => {
    const isGood = good.some((token) => headers.authorization === `Bearer ${token}`);
    if (isGood) reply(response, 200, { gitVersion: 'v1.31.0' });
    else reply(response, 401, { kind: 'Status', code: 401, message: 'Unauthorized' });
  });
  const kubeconfig = await writeKubeconfig(server.url, { exec: plugin.exec });
  const kube = createKubeTarget({ kubeconfig });
  open.push(kube, server);
  return { kube, server, kubeconfig };
}

async function failureOf(kube: KubeTarget): Promise<DrctlError> {
  const error: unknown = await kube.reader.version(signal).catch((one: unknown) => one);
  if (error instanceof DrctlError) return error;
  throw new Error('Expected to fail with a DrctlError');
}

/** All that is kept of an error in journals and shown to people. */
function allTextOf(error: DrctlError): string {
  const causes: string[] = [];
  for (let one: unknown = error; one instanceof Error; one = one.cause) causes.push(one.message);
  return [...causes, error.hint].join('\n');
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('a credential plugin', () => {
  it('is run once for many calls while its credential is good', async () => {
    const plugin = await writePlugin(printing({ token: 'one', expirationTimestamp: inHours(1) }));
    const { kube } = await loggedIn(plugin, ['one']);
    await Promise.all([1, 2, 3, 4].map(() => kube.reader.version(signal)));
    for (let call = 0; call < 4; call += 1) await kube.reader.version(signal);
    expect(await plugin.runs()).toBe(1);
  });

  it('is run again when its credential has expired by its own word', async () => {
    const plugin = await writePlugin(printing({ token: 'one', expirationTimestamp: inHours(-1) }));
    const { kube } = await loggedIn(plugin, ['one']);
    for (let call = 0; call < 3; call += 1) await kube.reader.version(signal);
    expect(await plugin.runs()).toBe(3);
  });

  it('is run once more for all calls that the server refuses together, and each is sent once more', async () => {
    const plugin = await writePlugin(printing({ token: 'token-$(grep -c run runs)' }));
    const good = ['token-1'];
    const { kube, server } = await loggedIn(plugin, good);
    await kube.reader.version(signal);
    good.splice(0, 1, 'token-2');
    await Promise.all([1, 2, 3, 4, 5].map(() => kube.reader.version(signal)));
    expect(await plugin.runs()).toBe(2);
    expect(server.asked).toHaveLength(1 + 5 * 2);
  });

  it('that gives a credential which the server refuses is run twice and not for ever', async () => {
    const plugin = await writePlugin(printing({ token: 'bad' }));
    const { kube, server } = await loggedIn(plugin);
    expect(await failureOf(kube)).toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
      retryable: false,
    });
    expect(await plugin.runs()).toBe(2);
    expect(server.asked).toHaveLength(2);
  });

  it('gets its arguments and environment, no terminal, and the cluster when it asks for it', async () => {
    const authority = await createCertificateAuthority();
    const plugin = await writePlugin(
      [
        'printf "%s|" "$@" > args',
        'printf "%s" "$FLAVOUR" > flavour',
        'printf "%s" "$KUBERNETES_EXEC_INFO" > info',
        'cat > stdin',
        printing({ token: 'one' }),
      ].join('\n'),
      {
        args: ['get token', '--x'],
        env: [{ name: 'FLAVOUR', value: 'mild' }],
        provideClusterInfo: true,
      },
    );
    const { server } = await loggedIn(plugin, ['one']);
    const ca = path.join(plugin.folder, 'ca.crt');
    await writeFile(ca, authority.cert);
    const kubeconfig = await writeKubeconfig(
      server.url,
      { exec: plugin.exec },
      {
        'certificate-authority': ca,
        'tls-server-name': 'api.example.com',
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
      },
    );
    const kube = createKubeTarget({ kubeconfig });
    open.push(kube);
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
    expect(await plugin.left('args')).toBe('get token|--x|');
    expect(await plugin.left('flavour')).toBe('mild');
    expect(await plugin.left('stdin')).toBe('');
    expect(JSON.parse(await plugin.left('info'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: server.url,
          'tls-server-name': 'api.example.com',
          'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
          config: { audience: 'a' },
        },
      },
    });
  });

  it('of version v1beta1 is understood as well', async () => {
    const apiVersion = 'client.authentication.k8s.io/v1beta1';
    const plugin = await writePlugin(printing({ token: 'one' }, apiVersion), { apiVersion });
    const { kube } = await loggedIn(plugin, ['one']);
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
  });

  it('named by a relative path is looked for beside the kubeconfig', async () => {
    const plugin = await writePlugin(printing({ token: 'one' }));
    const { kube, kubeconfig } = await loggedIn(
      { ...plugin, exec: { ...plugin.exec, command: './bin-of-mine' } },
      ['one'],
    );
    const beside = path.join(path.dirname(kubeconfig), 'bin-of-mine');
    await writeFile(beside, await readFile(plugin.command));
    await chmod(beside, 0o700);
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
  });

  it('that is not installed is named, with the hint of its kubeconfig', async () => {
    const plugin = await writePlugin('', {
      command: 'no-such-plugin-here',
      installHint: 'Install it from example.com',
    });
    const { kube, kubeconfig } = await loggedIn(plugin);
    expect(await failureOf(kube)).toMatchObject({
      code: 'TARGET_INVALID',
      message: `The exec plugin no-such-plugin-here of user "me" in ${kubeconfig} gave no credential: there is no such program`,
      hint: 'Install it from example.com',
      retryable: false,
    });
  });

  it('that fails is quoted without its secrets, and may work later', async () => {
    const plugin = await writePlugin(
      [
        'echo "the login server is away; password=hunter2 \\"token\\": \\"hunter3\\" Bearer hunter4" >&2',
        'echo "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl-hunter5 and $MY_SECRET" >&2',
        'echo hunter7; exit 3',
      ].join('\n'),
      { env: [{ name: 'MY_SECRET', value: 'hunter6' }] },
    );
    const { kube, kubeconfig } = await loggedIn(plugin);
    const error = await failureOf(kube);
    expect(error).toMatchObject({ code: 'TARGET_INVALID', retryable: true });
    expect(error.message).toContain(plugin.command);
    expect(error.message).toContain(kubeconfig);
    expect(error.message).toContain('exit code 3: the login server is away');
    expect(allTextOf(error)).not.toContain('hunter');
  });

  it.each([
    ['nothing', 'true', 'it printed nothing'],
    ['something that is not JSON', 'echo "{hunter2"', 'what it printed is not JSON'],
    ['another object', 'echo "{\\"kind\\":\\"hunter2\\"}"', 'is not an ExecCredential'],
    ['no credential', printing({ note: 'hunter2' }), 'neither a token nor a certificate'],
    [
      'a token over two lines',
      printing({ token: 'hunter2\nhunter3' }),
      'characters that no token has',
    ],
    ['half a certificate', printing({ clientKeyData: 'hunter2' }), 'without its key'],
    [
      'a strange date',
      printing({ token: 'hunter2', expirationTimestamp: 'soon' }),
      'is not a time',
    ],
    ['another version', printing({ token: 'hunter2' }, 'other/v1'), 'another apiVersion'],
    ['without end', 'yes hunter2', 'it printed more than'],
  ])('that prints %s is refused without a word of what it printed', async (_what, script, why) => {
    const { kube } = await loggedIn(await writePlugin(script));
    const error = await failureOf(kube);
    expect(error).toMatchObject({ code: 'TARGET_INVALID' });
    expect(error.message).toContain(why);
    expect(allTextOf(error)).not.toContain('hunter');
  });

  it('of a version that nobody speaks any more, or one that wants a person, is not run', async () => {
    for (const [extra, why] of [
      [{ apiVersion: 'client.authentication.k8s.io/v1alpha1' }, 'is not supported'],
      [{ interactiveMode: 'Always' }, 'interactiveMode: Always'],
    ] as const) {
      const plugin = await writePlugin(printing({ token: 'one' }), extra);
      const { kube } = await loggedIn(plugin, ['one']);
      const error = await failureOf(kube);
      expect(error.message).toContain(why);
      expect(await plugin.runs()).toBe(0);
    }
  });

  it('that never ends is killed, although a child of it keeps its output open', async () => {
    limit.ms = 500;
    const plugin = await writePlugin('sleep 600 & echo $! > pid; wait');
    const { kube } = await loggedIn(plugin);
    const error = await failureOf(kube);
    expect(error).toMatchObject({ code: 'TARGET_INVALID', retryable: true });
    expect(error.message).toContain('it did not end within 0.5s');
    const pid = Number(await plugin.left('pid'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('keeps no call waiting that is aborted meanwhile, and ends with the target', async () => {
    const plugin = await writePlugin('echo $$ > pid; exec sleep 600');
    const { kube } = await loggedIn(plugin);
    const controller = new AbortController();
    const asking = kube.reader.version(controller.signal);
    const outcome = asking.catch((error: unknown) => String(error));
    await expect.poll(() => plugin.left('pid').catch(() => '')).toMatch(/\d\n/);
    controller.abort(new Error('enough'));
    expect(await outcome).toBe('Error: enough');
    kube.close();
    const pid = Number(await plugin.left('pid'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

/** A process that has ended but that nobody has asked about yet ("Z") lives no more. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
