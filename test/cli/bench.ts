// A bench for commands that run runbooks: an API server on loopback, and for every test a folder with a small runbook,
// its values and a kubeconfig.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { KubeObject } from '../../src/actions/index.ts';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { KubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

export const token = 'token-of-a-tester';
export const secret = 'correct horse battery staple';
export const values = ['-e', 'my.env'];

export const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: small, version: 1.0.0 }
env:
  NAME: { default: one }
  PASSWORD: { sensitive: true, required: true }
  KUBECONFIG_FILE: { type: file, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
preconditions:
  - id: namespace-is-there
    action: k8s.assert
    with: { target: here, apiVersion: v1, kind: Namespace, name: default, that: "object.metadata.name == 'default'" }
    message: There is no namespace
phases:
  - id: build
    title: Build it
    steps:
      - id: settings
        title: Write the settings
        action: k8s.apply
        with:
          target: here
          manifests:
            - apiVersion: v1
              kind: ConfigMap
              metadata: { name: "{{env.NAME}}", namespace: default }
              data: { color: blue, password: "{{env.PASSWORD}}" }
      - id: color
        title: Change the color
        needs: [settings]
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, patch: { data: { color: red } } }
  - id: clean
    title: Take the old one away
    approval: required
    pointOfNoReturn: true
    steps:
      - id: remove-old
        title: Remove the old settings
        action: k8s.delete
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: old }
`;

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const { signal } = new AbortController();

export interface Bench {
  readonly cwd: string;
  readonly server: KubeServer;
  drctl(...argv: string[]): Promise<CliResult>;
  /** Into the working folder. */
  write(name: string, text: string): Promise<void>;
  create(object: KubeObject): Promise<void>;
  /** Names of the ConfigMaps that are there now. */
  configMaps(): Promise<readonly string[]>;
  /** A run that has done its first phase and waits for the approval of its second. */
  waitingRun(): Promise<void>;
}

function running<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The bench is not set up yet');
  return part;
}

/** Registers the hooks that keep it; its parts are there while tests run. */
export function createBench(): Bench {
  let server: KubeServer | undefined;
  let kube: KubeTarget | undefined;
  let cwd = '';

  const bench: Bench = {
    get cwd() {
      return cwd;
    },
    get server() {
      return running(server);
    },
    drctl: (...argv) => runCli(argv, { cwd }),
    write: (name, text) => writeFile(path.join(cwd, name), text),
    async create(object) {
      await running(kube).client.create(object, signal);
    },
    async configMaps() {
      const names: string[] = [];
      const query = { ...kind, namespace: 'default' };
      for await (const one of running(kube).reader.list(query, signal)) {
        names.push(one.metadata.name);
      }
      return names;
    },
    async waitingRun() {
      const { code, stderr } = await bench.drctl(
        'apply',
        'small.yaml',
        ...values,
        '--approve',
        'plan',
      );
      if (code !== 5) throw new Error(`The run does not wait: ${stderr}`);
    },
  };

  beforeAll(async () => {
    const authority = await createCertificateAuthority();
    const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
    const tokens = [{ token, user: 'tester', groups: [] }];
    server = await startKubeServer({ name: 'one', tls, tokens });
    const kubeconfig = path.join(await newFolder(), 'kubeconfig');
    await writeFile(kubeconfig, server.kubeconfig({ token }));
    kube = createKubeTarget({ kubeconfig });
  });

  afterAll(async () => {
    kube?.close();
    await server?.close();
  });

  beforeEach(async () => {
    cwd = await newFolder();
    const { client } = running(kube);
    for (const name of await bench.configMaps()) {
      await client.delete({ ...kind, namespace: 'default', name }, { signal });
    }
    for (const name of ['existing', 'old']) {
      const metadata = { name, namespace: 'default' };
      await client.create({ ...kind, metadata, data: { color: 'blue' } }, signal);
    }
    await bench.write('small.yaml', runbook);
    await bench.write('kubeconfig', bench.server.kubeconfig({ token }));
    await bench.write('my.env', `PASSWORD="${secret}"\nKUBECONFIG_FILE=kubeconfig\n`);
  });
  return bench;
}
