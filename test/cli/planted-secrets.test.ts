// Secrets planted in a runbook's values, in what is made of them, and in the cluster's own Secrets: nothing that drctl prints
// or keeps has them in it, but for the artifacts of a run, which its owner alone can read.

import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createBench, values } from './bench.ts';

const bench = createBench();

const password = 'Hunter-Two-Planted';
const inCluster = 'Planted-In-Cluster';
/** In a ConfigMap, where a secret takes its place: the password before this one. */
const replaced = 'Earlier-Planted';
const written = 'Written-By-Us-Planted';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** As it was given, and all that the runbook makes of it. */
const planted = [
  password,
  password.toUpperCase(),
  password.toLowerCase(),
  password.replaceAll('-', '_'),
  'Two-Planted',
  base64(password),
  replaced,
  inCluster,
  base64(inCluster),
];
/** What stands in the runbook's text is kept with that text, and told nowhere else. */
const inRunbook = [written, base64(written)];

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: planted, version: 1.0.0 }
env:
  PASSWORD: { sensitive: true, required: true }
  KUBECONFIG_FILE: { type: file, required: true }
vars:
  loud: "{{upper env.PASSWORD}}"
  # Made of what is made of it.
  quiet: "{{lower vars.loud}}"
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
preconditions:
  - id: not-that
    action: k8s.assert
    severity: warning
    with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, that: "object.data.color == env.PASSWORD" }
    message: "The color is not {{vars.loud}}"
    remedy: "kubectl set color {{vars.quiet}}"
phases:
  - id: build
    steps:
      - id: parts
        action: flow.values
        with:
          values:
            tail: "env.PASSWORD.replace('Hunter-', '')"
            under: "env.PASSWORD.replace('-', '_')"
      - id: settings
        action: k8s.apply
        with:
          target: here
          manifests:
            - apiVersion: v1
              kind: ConfigMap
              metadata: { name: settings, namespace: default }
              data: { loud: "{{vars.loud}}", dsn: "db://host?user={{vars.quiet}}&password={{env.PASSWORD}}", tail: "{{steps.parts.outputs.values.tail}}" }
            - apiVersion: v1
              kind: Secret
              metadata: { name: made, namespace: default }
              stringData: { plain: "${written}", made: "{{steps.parts.outputs.values.under}}" }
              data: { coded: "${base64(written)}" }
      - id: theirs
        action: k8s.patch
        needs: [settings]
        with: { target: here, apiVersion: v1, kind: Secret, namespace: default, name: theirs, patch: { data: { key: "{{base64 env.PASSWORD}}" } } }
      - id: plain
        action: k8s.patch
        needs: [theirs]
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: plain, patch: { data: { key: "{{env.PASSWORD}}" } } }
      - id: look
        action: k8s.get
        needs: [plain]
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: "absent-{{vars.quiet}}" }
`;

/** All files of the state folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

const isArtifact = (file: string): boolean => file.includes(`${path.sep}artifacts${path.sep}`);

it('are in nothing that is printed or kept', async () => {
  await bench.write('planted.yaml', runbook);
  await bench.write('my.env', `PASSWORD="${password}"\nKUBECONFIG_FILE=kubeconfig\n`);
  await bench.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'theirs', namespace: 'default' },
    data: { key: base64(inCluster) },
  });
  await bench.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'plain', namespace: 'default' },
    data: { key: replaced },
  });
  const said: string[] = [];
  const say = async (code: number, ...argv: readonly string[]) => {
    const result = await bench.drctl(...argv);
    expect(result.code, `${argv.join(' ')}: ${result.stderr}`).toBe(code);
    said.push(result.stdout, result.stderr);
    return result;
  };
  const plan = ['plan', 'planted.yaml', ...values];
  await say(0, ...plan, '--full', '-o', 'saved.plan');
  await say(0, ...plan, '--json');
  await say(0, 'show', 'saved.plan', '--full');
  const whole = await bench.drctl('show', 'saved.plan', '--json');
  for (const secret of planted) expect(whole.stdout).not.toContain(secret);
  await say(1, 'apply', 'saved.plan', '--auto-approve');
  const [run = ''] = await readdir(path.join(bench.cwd, '.drctl/runs'));
  await say(0, 'status');
  await say(0, 'status', '--json');
  await say(1, 'resume', '--auto-approve', '--verbose', ...values);
  await say(0, 'rollback', '--preview', ...values);
  await say(0, 'skip', run, 'look', '--reason', `it is called ${password}`);
  await say(0, 'rollback', '--auto-approve', '--json', ...values);
  await say(0, 'audit', 'verify', run, '--json');
  await say(0, 'env', 'planted.yaml', ...values);
  const files = await filesIn(path.join(bench.cwd, '.drctl'));
  for (const file of files.filter(isArtifact))
    expect((await stat(file)).mode & 0o077, file).toBe(0);
  const kept = await Promise.all(
    files
      .filter((file) => !isArtifact(file))
      .map(async (file) => ({ file, text: await readFile(file, 'utf8') })),
  );
  const saved = await readFile(path.join(bench.cwd, 'saved.plan'), 'utf8');
  const journals = kept.filter(({ file }) => file.endsWith('journal.ndjson'));
  expect(journals).toHaveLength(1);
  for (const secret of planted) {
    for (const text of [...said, saved]) expect(text).not.toContain(secret);
    for (const { file, text } of kept) expect(text, file).not.toContain(secret);
  }
  for (const secret of inRunbook) {
    for (const text of said) expect(text).not.toContain(secret);
    for (const { file, text } of journals) expect(text, file).not.toContain(secret);
  }
});
