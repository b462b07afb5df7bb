// Commands for people who run runbooks, against a real API server on loopback: what they print, their exit codes, and
// that a machine reads the same.

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { KubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const token = 'token-of-a-tester';
const secret = 'correct horse battery staple';

const runbook = `apiVersion: drctl.dev/v1
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
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: "{{env.NAME}}", patch: { data: { color: red } } }
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

let server: KubeServer;
let cwd: string;

const drctl = (...argv: string[]): Promise<CliResult> => runCli(argv, { cwd });
const values = ['-e', 'my.env'];

function object(name: string): unknown {
  const found = server.storage
    .list('configmaps')
    .find((one) => (one as { metadata: { name: string } }).metadata.name === name);
  return found;
}

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  server = await startKubeServer({
    name: 'one',
    tls,
    tokens: [{ token, user: 'tester', groups: [] }],
  });
});

afterAll(async () => server.close());

beforeEach(async () => {
  cwd = await newFolder();
  await writeFile(path.join(cwd, 'small.yaml'), runbook);
  await writeFile(path.join(cwd, 'kubeconfig'), server.kubeconfig({ token }));
  await writeFile(path.join(cwd, 'my.env'), `PASSWORD="${secret}"\nKUBECONFIG_FILE=kubeconfig\n`);
});

describe('plan', () => {
  it('shows what would be done', async () => {
    expect(await drctl('plan', 'small.yaml', ...values)).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "Reading the world …
      ",
        "stdout": "Plan of small 1.0.0 (sha256:DIGEST, small.yaml, drctl 0.1.0, SOME-TIME)
        here  kubernetes  CWD/kubeconfig  Kubernetes v1.32.4

      Preconditions
        ✓ namespace-is-there

      Phase build Build it
        + settings  Write the settings  [k8s.apply]
            + here: ConfigMap default/one
                data: {"color":"blue","password":"(sensitive)"}
                metadata: {"name":"one","namespace":"default"}
        = color  Change the color  [k8s.patch]
            = it is so already
            note: ConfigMap default/one does not exist now; the step fails unless that changes by then

      Phase clean [point of no return, asks for approval] Take the old one away
        = remove-old  Remove the old settings  [k8s.delete]
            = there is nothing to delete

      Plan: 1 to create · 2 steps with nothing to do
        here  1 to create
      Point of no return: phase clean; until then everything can be rolled back
      Approvals: clean (asked for when the phase is reached, or --approve clean)
      ",
      }
    `);
  });
});
void object;
void mkdir;
void readFile;
void readdir;
void rm;
