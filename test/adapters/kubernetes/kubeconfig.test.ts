// Kubeconfigs that cannot be used say which file, what is wrong, and what to do.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { proxyFor } from '../../../src/adapters/kubernetes/proxy.ts';

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
    expect(loaded.text).toContain(`"certificate-authority":"${path.join(folder, 'ca.crt')}"`);
    expect(loaded.text).toContain(`"tokenFile":"${path.join(folder, 'token')}"`);
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

describe('the proxy of a server', () => {
  const environment = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.corp, 10.0.0.1:6443' };
  it.each([
    ['https://k.example.com', 'http://proxy:3128'],
    ['http://k.example.com', undefined],
    ['https://k.corp', undefined],
    ['https://10.0.0.1:6443', undefined],
    ['https://10.0.0.1:443', 'http://proxy:3128'],
    ['https://127.0.0.1:6443', undefined],
    ['https://localhost', undefined],
  ])('for %s is %s', (server, expected) => {
    expect(proxyFor(server, environment)).toBe(expected);
  });
});
