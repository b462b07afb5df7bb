// Commands for people who run runbooks, against a real API server on loopback: what they print, their exit codes, and
// that a machine reads the same.

import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
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

let server: KubeServer;
let kube: KubeTarget;
let cwd: string;

const drctl = (...argv: string[]): Promise<CliResult> => runCli(argv, { cwd });
const values = ['-e', 'my.env'];

async function configMaps(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const one of kube.reader.list({ ...kind, namespace: 'default' }, signal)) {
    names.push(one.metadata.name);
  }
  return names;
}

async function write(name: string, text: string): Promise<void> {
  await writeFile(path.join(cwd, name), text);
}

function events(result: CliResult): readonly { readonly type: string }[] {
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { v: number; type: string });
}

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  server = await startKubeServer({
    name: 'one',
    tls,
    tokens: [{ token, user: 'tester', groups: [] }],
  });
  const kubeconfig = path.join(await newFolder(), 'kubeconfig');
  await writeFile(kubeconfig, server.kubeconfig({ token }));
  kube = createKubeTarget({ kubeconfig });
});

afterAll(async () => {
  kube.close();
  await server.close();
});

beforeEach(async () => {
  cwd = await newFolder();
  for (const name of await configMaps()) {
    await kube.client.delete({ ...kind, namespace: 'default', name }, { signal });
  }
  for (const name of ['existing', 'old']) {
    const metadata = { name, namespace: 'default' };
    await kube.client.create({ ...kind, metadata, data: { color: 'blue' } }, signal);
  }
  await write('small.yaml', runbook);
  await write('kubeconfig', server.kubeconfig({ token }));
  await write('my.env', `PASSWORD="${secret}"\nKUBECONFIG_FILE=kubeconfig\n`);
});

describe('plan', () => {
  it('shows what would be done, and changes nothing', async () => {
    expect(await drctl('plan', 'small.yaml', ...values)).toMatchSnapshot();
    expect(await configMaps()).not.toContain('one');
  });

  it('says by its exit code that there are changes, when asked to', async () => {
    const { code } = await drctl('plan', 'small.yaml', ...values, '--detailed-exitcode');
    expect(code).toBe(10);
  });

  it('contacts nothing when offline', async () => {
    await write('kubeconfig', 'no kubeconfig at all');
    const result = await drctl('plan', 'small.yaml', ...values, '--offline');
    expect(result.code).toBe(0);
    expect(result).toMatchSnapshot();
  });

  it('keeps to a narrow terminal', async () => {
    const { stdout } = await runCli(['plan', 'small.yaml', ...values], { cwd, columns: 80 });
    const changes = stdout.split('\n').filter((line) => /^ +[+~-] /.test(line));
    expect(changes.length).toBeGreaterThan(0);
    for (const line of changes) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('a run from apply to its end', () => {
  it('asks, waits for a person, is resumed, and cannot be resumed again', async () => {
    const transcript: Record<string, CliResult> = {};
    const type = async (...argv: string[]): Promise<CliResult> => {
      const result = await drctl(...argv);
      transcript[`drctl ${argv.join(' ')}`] = result;
      return result;
    };
    expect((await type('apply', 'small.yaml', ...values)).code).toBe(5);
    expect(await configMaps()).not.toContain('one');
    expect((await type('apply', 'small.yaml', ...values, '--approve', 'plan')).code).toBe(5);
    expect(await configMaps()).toContain('one');
    await type('status');
    expect((await type('resume', '--approve', 'clean')).code).toBe(0);
    await type('status', '--verbose');
    expect((await type('resume')).code).toBe(4);
    expect((await type('rollback', '--auto-approve')).code).toBe(3);
    expect((await type('rollback', '--auto-approve', '--force')).code).toBe(0);
    expect(await configMaps()).not.toContain('one');
    await type('runs');
    expect(transcript).toMatchSnapshot();
    expect(JSON.stringify(transcript)).not.toContain(secret);
  });

  it('is the same for machines: one event a line, no secret in any of them or in the state folder', async () => {
    const result = await drctl('apply', 'small.yaml', ...values, '--auto-approve', '--json');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    const types = events(result).map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['run', 'plan']);
    expect(types.at(-1)).toBe('result');
    expect(events(result).at(-1)).toMatchObject({ v: 1, outcome: 'succeeded', exitCode: 0 });
    const status = await drctl('status', '--json');
    expect(events(status)).toMatchObject([{ v: 1, type: 'status', outcome: 'succeeded' }]);
    const files = await readdir(path.join(cwd, '.drctl'), { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile())) {
      expect(await readFile(path.join(file.parentPath, file.name), 'utf8')).not.toContain(secret);
    }
    expect(result.stdout + status.stdout).not.toContain(secret);
  });

  it('stops in order at the first signal and says how to go on', async () => {
    let send: (name: string) => void = () => undefined;
    const slow = runbook.replace(
      'phases:\n  - id: build',
      'phases:\n  - id: pause\n    steps:\n      - { id: doze, action: flow.sleep, with: { duration: 10m } }\n  - id: build',
    );
    await write('slow.yaml', slow);
    const result = await runCli(['apply', 'slow.yaml', ...values, '--auto-approve'], {
      cwd,
      signals: (one) => (send = one),
      heard: (text) => {
        if (!text.includes('▸ doze')) return;
        setImmediate(() => send('SIGINT'));
        setImmediate(() => send('SIGINT'));
      },
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('INTERRUPTED');
    expect(await configMaps()).not.toContain('one');
    const status = await drctl('status');
    expect(status.stdout).toContain('interrupted');
    expect(status.stdout).toContain('drctl resume RUN-small');
  });
});

describe('a run that exists', () => {
  async function waitingRun(): Promise<void> {
    const { code } = await drctl('apply', 'small.yaml', ...values, '--approve', 'plan');
    expect(code).toBe(5);
  }

  it('wants sensitive values again when its env file is gone, and names them', async () => {
    await waitingRun();
    await rm(path.join(cwd, 'my.env'));
    const without = await drctl('resume', '--approve', 'clean');
    expect(without).toMatchSnapshot();
    const again = await drctl('resume', '--approve', 'clean', '--set', `PASSWORD=${secret}`);
    expect(again.code).toBe(0);
  });

  it('refuses other values than those it was begun with', async () => {
    await waitingRun();
    expect(await drctl('resume', '--set', 'NAME=two')).toMatchSnapshot();
  });

  it('does not mix with another one of which the journal was copied', async () => {
    await waitingRun();
    await waitingRun();
    const runs = path.join(cwd, '.drctl', 'runs');
    const [one = '', two = ''] = await readdir(runs);
    const copied = await readFile(path.join(runs, one, 'journal.ndjson'));
    await writeFile(path.join(runs, two, 'journal.ndjson'), copied);
    const result = await drctl('resume', two, '--auto-approve');
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('RUN_MISMATCH');
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('keeps a decision with its reason, and refuses one about nothing', async () => {
    await waitingRun();
    const [runId = ''] = await readdir(path.join(cwd, '.drctl', 'runs'));
    const refused = await drctl('skip', runId, 'color', '--reason', 'not needed');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('nothing to decide about "color"');
  });
});

describe('bad surroundings', () => {
  const cases: readonly (readonly [string, () => Promise<void>, number, string])[] = [
    ['a kubeconfig that is none', () => write('kubeconfig', 'a: b'), 2, 'TARGET_INVALID'],
    ['a kubeconfig that is gone', () => rm(path.join(cwd, 'kubeconfig')), 2, 'ENV_INVALID'],
    [
      'an API that does not answer',
      () =>
        write(
          'kubeconfig',
          server.kubeconfig({ token }).replace(server.url, 'https://127.0.0.1:1'),
        ),
      1,
      'CLIENT_UNREACHABLE',
    ],
    [
      'wrong credentials',
      () => write('kubeconfig', server.kubeconfig({ token }).replace(token, 'wrong')),
      1,
      'CLIENT_UNAUTHENTICATED',
    ],
    [
      'a precondition that does not hold',
      () =>
        write(
          'small.yaml',
          runbook.replace('kind: Namespace, name: default', 'kind: Namespace, name: absent'),
        ),
      3,
      'PRECONDITION_FAILED',
    ],
    ['a state folder that is a file', () => write('.drctl', 'in the way'), 2, 'STORE_UNWRITABLE'],
  ];
  it.each(cases)(
    '%s: nothing is begun, and the message says what to do',
    async (_what, spoil, code, name) => {
      await spoil();
      const result = await drctl('apply', 'small.yaml', ...values, '--auto-approve');
      expect(result.stderr).toContain(`${name}:`);
      expect(result.code).toBe(code);
      expect(result.stderr).not.toMatch(/^\s+at /m);
      expect(await configMaps()).not.toContain('one');
      expect(result.stderr).toMatchSnapshot();
    },
  );

  it.each([
    ['status', 'RUN_NOT_FOUND'],
    ['resume', 'RUN_NOT_FOUND'],
    ['rollback', 'RUN_NOT_FOUND'],
  ])('%s without any run says how to begin one', async (command, name) => {
    const result = await drctl(command);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(name);
    expect(result.stderr).toContain('drctl apply RUNBOOK');
  });
});
