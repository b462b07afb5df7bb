// A runbook as a document.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { newFolder, runCli } from '../cli/run-cli.ts';
import { tidy, tidyWith } from './load.ts';

let cwd: string;
const drctl = (...argv: string[]) => runCli(argv, { cwd });
const write = (name: string, text: string): Promise<void> => writeFile(path.join(cwd, name), text);

beforeEach(async () => {
  cwd = await newFolder();
  await write(
    'my.yaml',
    tidyWith('      - id: second\n', '      # Since it must be so.\n      - id: second\n'),
  );
});

it('has each step with its reason, its values and the commands by hand', async () => {
  const { code, stdout } = await drctl('doc', 'my.yaml', '--set', 'KUBECONFIG_FILE=my kubeconfig');
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "# small 1.0.0

    Values are filled in. What a step finds out stands as “(known after STEP)” where a later one uses it.

    The commands are for the day on which drctl itself cannot run: they check nothing by themselves, and remember nothing. Do them in order, and read what each one answers.

    ## Before anything is done

    - is-there. If not: There is no namespace. kubectl create namespace default

      \`\`\`sh
      kubectl '--kubeconfig=CWD/my kubeconfig' get Namespace default -o yaml
      # Must hold: object != null
      \`\`\`

    ## 1. Build

    ### 1.1 Look

    \`first\` (k8s.get, read); at most 10m.

    \`\`\`yaml
    target: here
    apiVersion: v1
    kind: ConfigMap
    namespace: default
    name: one-object
    \`\`\`

    By hand:

    \`\`\`sh
    kubectl '--kubeconfig=CWD/my kubeconfig' get ConfigMap one-object -n default -o yaml
    \`\`\`

    ### 1.2 Change it

    Since it must be so.

    \`second\` (k8s.patch, change); at most 10m.

    \`\`\`yaml
    target: here
    apiVersion: v1
    kind: ConfigMap
    namespace: default
    name: a
    patch:
      data:
        a: b
    \`\`\`

    By hand:

    \`\`\`sh
    kubectl '--kubeconfig=CWD/my kubeconfig' patch ConfigMap a -n default --type=merge -p '{"data":{"a":"b"}}'
    \`\`\`

    ### 1.3 Wait for it

    \`third\` (k8s.wait, read); at most 5m.

    \`\`\`yaml
    target: here
    apiVersion: v1
    kind: ConfigMap
    namespace: default
    name: a
    that: object != null
    \`\`\`

    By hand:

    \`\`\`sh
    kubectl '--kubeconfig=CWD/my kubeconfig' get ConfigMap a -n default -o yaml
    # Again, until object != null
    \`\`\`

    ## 2. Clean

    **Point of no return.** What is done here is not undone.

    Ask the person in charge before this begins.

    Right before each step that changes anything, these must hold:

    - still-there. If not: There is no namespace.

      \`\`\`sh
      kubectl '--kubeconfig=CWD/my kubeconfig' get Namespace default -o yaml
      # Must hold: object != null
      \`\`\`

    ### 2.1 Remove it

    \`remove\` (k8s.delete, destroy); at most 10m.

    \`\`\`yaml
    target: here
    apiVersion: v1
    kind: ConfigMap
    namespace: default
    name: old
    \`\`\`

    By hand:

    \`\`\`sh
    kubectl '--kubeconfig=CWD/my kubeconfig' delete ConfigMap old -n default
    \`\`\`
    "
  `);
});

it('shows templates as they stand where no values are given', async () => {
  const { stdout } = await drctl('doc', 'my.yaml');
  expect(stdout).toContain('name: "{{vars.object}}"');
  expect(stdout).toContain("kubectl '--kubeconfig={{env.KUBECONFIG_FILE}}'");
});

it('never shows a secret value', async () => {
  const declared = tidyWith('  NAME: { default: one }', '  NAME: { sensitive: true }');
  await write('secret.yaml', declared);
  const values = ['--set', 'KUBECONFIG_FILE=k', '--set', 'NAME=hunter2-is-secret'];
  for (const more of [[], ['--json']]) {
    const { code, stdout, stderr } = await drctl('doc', 'secret.yaml', ...values, ...more);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('hunter2-is-secret');
  }
});

it('never shows what is made of a secret', async () => {
  const declared = tidyWith('  NAME: { default: one }', '  NAME: { sensitive: true }');
  const text = declared
    .replace('"{{env.NAME}}-object"', '"{{upper env.NAME}}-object"')
    .replace('message: There is no namespace', "message: \"{{replace env.NAME '-' '_'}}\"");
  await write('secret.yaml', text);
  const values = ['--set', 'KUBECONFIG_FILE=k', '--set', 'NAME=hunter2-is-secret'];
  const { code, stdout } = await drctl('doc', 'secret.yaml', ...values);
  expect(code).toBe(0);
  expect(stdout.toLowerCase()).not.toContain('hunter2');
});

it('fences what has fences in it', async () => {
  const text = '```\\n# No\\n```';
  await write(
    'fence.yaml',
    tidy.replace('patch: { data: { a: b } }', `patch: { data: { a: "${text}" } }`),
  );
  const { stdout } = await drctl('doc', 'fence.yaml');
  expect(stdout).toContain('````sh\n');
});
