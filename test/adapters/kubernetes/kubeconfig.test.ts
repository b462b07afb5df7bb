// Kubeconfigs that cannot be used say which file, what is wrong, and what to do.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.ts';

async function file(text: string): Promise<string> {
  const name = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-kube-')), 'config');
  await writeFile(name, text);
  return name;
}

const valid = `apiVersion: v1
kind: Config
current-context: main
contexts: [{name: main, context: {cluster: one, user: me}}, {name: odd, context: {cluster: two, user: me}}]
clusters: [{name: one, cluster: {server: "https://k.example.com:6443/", certificate-authority: ca.crt}}]
users: [{name: me, user: {tokenFile: token}}]
`;

describe('a kubeconfig', () => {
  it('is read for one context, with its paths made absolute', async () => {
    const kubeconfig = await file(valid);
    const loaded = await loadKubeconfig({ kubeconfig });
    expect(loaded).toMatchObject({ server: 'https://k.example.com:6443', insecure: false });
    const folder = path.dirname(kubeconfig);
    expect(loaded.cluster['certificate-authority']).toBe(path.join(folder, 'ca.crt'));
    expect(loaded.login['tokenFile']).toBe(path.join(folder, 'token'));
  });

  it.each([
    ['is empty', '', 'is not a kubeconfig'],
    ['is broken YAML', 'kind: Config\ncontexts: [', 'is not valid YAML'],
    ['has no context', 'kind: Config\n', 'has no current-context'],
    [
      'has no server',
      valid.replace('https://k.example.com:6443/', 'k'),
      'has no usable server: "k"',
    ],
    [
      'lacks its user',
      valid.replace('name: me, user: {tok', 'name: you, user: {tok'),
      'has no user "me"',
    ],
  ])('that %s is refused with the name of the file', async (_what, text, expected) => {
    const kubeconfig = await file(text);
    const loading = loadKubeconfig({ kubeconfig });
    await expect(loading).rejects.toMatchObject({ code: 'TARGET_INVALID' });
    await expect(loading).rejects.toThrow(expected);
    await expect(loading).rejects.toThrow(kubeconfig);
  });

  it('that does not exist is refused', async () => {
    const loading = loadKubeconfig({ kubeconfig: '/nowhere/kubeconfig' });
    await expect(loading).rejects.toThrow('The kubeconfig /nowhere/kubeconfig does not exist');
  });

  it('suggests the nearest context', async () => {
    const loading = loadKubeconfig({ kubeconfig: await file(valid), context: 'mian' });
    await expect(loading).rejects.toMatchObject({ hint: 'Did you mean "main"?' });
  });
});

describe('several kubeconfig files', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are one: the first that has a name wins, and absent ones are passed over', async () => {
    const one = await file(`kind: Config
contexts: [{name: prod, context: {cluster: one, user: me}}]
clusters: [{name: one, cluster: {server: "https://first.example.com"}}]
`);
    const two = await file(`current-context: prod
clusters: [{name: one, cluster: {server: "https://second.example.com"}}]
users: [{name: me, user: {token: abc, client-key: key.pem}}]
`);
    vi.stubEnv('KUBECONFIG', ['/nowhere/config', one, '', two].join(path.delimiter));
    const loaded = await loadKubeconfig({});
    expect(loaded).toMatchObject({ server: 'https://first.example.com', user: 'me', file: two });
    expect(loaded.login).toMatchObject({
      token: 'abc',
      'client-key': path.join(path.dirname(two), 'key.pem'),
    });
  });

  it('are passed over for the one that a target names', async () => {
    vi.stubEnv('KUBECONFIG', '/nowhere/config');
    const loaded = await loadKubeconfig({ kubeconfig: await file(valid) });
    expect(loaded.server).toBe('https://k.example.com:6443');
  });

  it('of which none exists are named', async () => {
    vi.stubEnv('KUBECONFIG', '/nowhere/a:/nowhere/b');
    await expect(loadKubeconfig({})).rejects.toThrow(
      'KUBECONFIG names no file that exists: /nowhere/a, /nowhere/b',
    );
  });

  it('give each target its context', async () => {
    const text = valid.replace(
      'clusters: [',
      'clusters: [{name: two, cluster: {server: "https://two.example.com"}}, ',
    );
    const kubeconfig = await file(text);
    const servers = await Promise.all(
      ['main', 'odd', ''].map(
        async (context) => (await loadKubeconfig({ kubeconfig, context })).server,
      ),
    );
    expect(servers).toEqual([
      'https://k.example.com:6443',
      'https://two.example.com',
      'https://k.example.com:6443',
    ]);
  });
});

describe('a secret in a kubeconfig', () => {
  it.each([
    ['in broken YAML', `${valid}\n  token: "hunter2\n`],
    ['in the address of the server', valid.replace('https://k', 'https://me:hunter2@k')],
    ['in an unusable proxy', valid.replace('ca.crt', 'ca.crt, proxy-url: "ftp://me:hunter2@p"')],
  ])('%s is not shown', async (_where, text) => {
    const loading = loadKubeconfig({ kubeconfig: await file(text) });
    await expect(loading).rejects.toMatchObject({ code: 'TARGET_INVALID' });
    await expect(loading).rejects.not.toThrow('hunter2');
  });
});
