// drctl doctor over whole commands, against a server that decides by the roles in its store: what it prints byte by byte,
// that what it prints is what is missing, and how it ends.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import type { KubeObject } from '../../src/actions/ports.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { KubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { runbook, values } from './bench.ts';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const tokens = {
  admin: { token: 'token-of-an-admin', user: 'admin', groups: ['system:masters'] },
  limited: { token: 'token-of-a-tester', user: 'tester', groups: ['testers'] },
};
const { signal } = new AbortController();

let server: KubeServer;
let admin: KubeTarget;
let cwd: string;

const drctl = (...argv: readonly string[]): Promise<CliResult> =>
  runCli(argv, { cwd, columns: 140 });
const doctor = (...flags: readonly string[]): Promise<CliResult> =>
  drctl('doctor', 'small.yaml', ...values, ...flags);

async function write(name: string, text: string): Promise<void> {
  await writeFile(path.join(cwd, name), text);
}

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  server = await startKubeServer({
    name: 'one',
    tls,
    tokens: Object.values(tokens),
    access: 'rbac',
  });
  const file = path.join(await newFolder(), 'kubeconfig');
  await writeFile(file, server.kubeconfig({ token: tokens.admin.token }));
  admin = createKubeTarget({ kubeconfig: file });
});

afterAll(async () => {
  admin?.close();
  await server?.close();
});

beforeEach(async () => {
  cwd = await newFolder();
  await write('small.yaml', runbook);
  await write('my.env', 'PASSWORD="a secret"\nKUBECONFIG_FILE=kubeconfig\n');
  await write('kubeconfig', server.kubeconfig({ token: tokens.limited.token }));
});

async function grant(text: string): Promise<readonly KubeObject[]> {
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  for (const one of manifests) {
    await admin.client.apply(one, { fieldManager: 'admin', force: true, signal });
  }
  return manifests;
}

async function revoke(manifests: readonly KubeObject[]): Promise<void> {
  for (const { apiVersion, kind, metadata } of manifests) {
    const { name, namespace } = metadata;
    const place = typeof namespace === 'string' ? { namespace } : {};
    await admin.client.delete({ apiVersion, kind, name, ...place }, { signal });
  }
}

describe('drctl doctor', () => {
  it('prints what is missing, and how to grant it', async () => {
    expect(await doctor()).toMatchSnapshot();
  });

  it('is content once exactly that was granted, and not before all of it was', async () => {
    const missing = await doctor('--write', 'rights');
    expect(missing.code).toBe(3);
    const granted = await grant(await readFile(path.join(cwd, 'rights/here.rbac.yaml'), 'utf8'));
    expect(await doctor()).toMatchSnapshot();
    await revoke(granted.filter(({ kind }) => kind === 'ClusterRoleBinding'));
    const partly = await doctor();
    expect(partly.code).toBe(3);
    expect(partly.stdout).toContain('✗ Not ready: 1 right missing on here');
    await revoke(granted);
  });

  it('prints everything with --all, whatever the caller has', async () => {
    await write('kubeconfig', server.kubeconfig({ token: tokens.admin.token }));
    const all = await doctor('--all');
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('name: drctl-small\n');
    expect(all.stdout).toContain('resourceNames:\n      - existing');
    expect((await doctor()).stdout).not.toContain('kind: Role');
  });

  it('gives machines one event, and the same answer by its exit code', async () => {
    const { stdout, code } = await doctor('--json');
    const events = stdout.split('\n').filter((line) => line !== '');
    const event = JSON.parse(events.at(-1) ?? '') as {
      type: string;
      v: number;
      ready: boolean;
      targets: { name: string; rights: { verb: string; answer: { has: string } }[] }[];
      policies: { type: string; target: string }[];
    };
    expect(code).toBe(3);
    expect(event).toMatchObject({ v: 1, type: 'doctor', ready: false });
    expect(event.targets.map(({ name }) => name)).toEqual(['here']);
    expect(event.targets[0]?.rights.every(({ answer }) => answer.has === 'no')).toBe(true);
    expect(event.policies).toMatchObject([{ type: 'rbac', target: 'here' }]);
  });

  it('needs nobody to answer: what is needed is listed, from what is known of the kinds', async () => {
    await write(
      'kubeconfig',
      server.kubeconfig({ token: 'x' }).replace(server.url, 'https://127.0.0.1:1'),
    );
    const silent = await doctor('--all');
    expect(silent.code).toBe(3);
    expect(silent.stdout).toContain('✗ Not ready: here does not answer');
    expect(silent.stdout).toContain('resources:\n      - configmaps');
    expect(silent.stdout).not.toContain('Binding');
  });

  it('takes the silence of a target that may be down, and of one that was given up', async () => {
    await write(
      'kubeconfig',
      server.kubeconfig({ token: 'x' }).replace(server.url, 'https://127.0.0.1:1'),
    );
    expect((await doctor('--unavailable', 'here')).code).toBe(0);
    await write(
      'small.yaml',
      runbook.replace('type: kubernetes,', 'type: kubernetes, mayBeDown: true,'),
    );
    const down = await doctor();
    expect(down.code).toBe(0);
    expect(down.stdout).toContain('it may be away');
  });

  it('says of a kubeconfig that is not there that its target cannot be asked', async () => {
    await write('my.env', 'PASSWORD=x\nKUBECONFIG_FILE=absent\n');
    const { code, stdout } = await doctor();
    expect(code).toBe(3);
    expect(stdout).toContain('✗ The kubeconfig CWD/absent does not exist');
  });

  it('counts the lock of the runbook among the rights', async () => {
    const locks = 'locks: [{ target: here, namespace: locks, name: one }]\nphases:';
    await write('small.yaml', runbook.replace('phases:', locks));
    const { stdout } = await doctor();
    expect(stdout).toMatch(/✗ get delete +leases\.coordination\.k8s\.io +locks +one +lock one/);
    expect(stdout).toMatch(/✗ create +leases\.coordination\.k8s\.io +locks +lock one/);
  });
});
