// The locks of a runbook, over whole commands: who is kept away, what happens when a lock that a run took is gone, and
// that giving one back never spoils how a run ended.

import { readFile, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeObject } from '../../src/actions/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { createBench, runbook, token, values } from './bench.ts';
import { runCli } from './run-cli.ts';

const bench = createBench();
const { signal } = new AbortController();
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'default',
  name: 'drctl-one',
};
const locks = 'locks: [{ target: here, namespace: default, name: "drctl-{{env.NAME}}" }]\nphases:';
let kube: KubeTarget | undefined;

function client(): KubeTarget['client'] {
  if (kube === undefined) throw new Error('Not set up yet');
  return kube.client;
}

async function heldBy(): Promise<unknown> {
  const held = await client().get(lease, signal);
  return (held?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

async function runIds(): Promise<readonly string[]> {
  return readdir(path.join(bench.cwd, '.drctl', 'runs'));
}

beforeEach(async () => {
  kube = createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
  await client().delete(lease, { signal });
  await bench.write('small.yaml', runbook.replace('phases:', locks));
});

afterEach(() => kube?.close());

describe('the lock of another run', () => {
  it('keeps a new run away before it does anything, until the other has ended', async () => {
    await bench.waitingRun();
    const second = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
    expect(second.code).toBe(4);
    expect(second.stderr).toMatchSnapshot();
    expect(await runIds()).toHaveLength(1);
    expect((await bench.drctl('resume', '--approve', 'clean')).code).toBe(0);
    const third = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
    expect(third.code).toBe(0);
    expect(await heldBy()).toBeUndefined();
  });

  it('is taken over when its process died before its run was ever begun, and only then', async () => {
    const dead = { host: hostname(), pid: 2 ** 22 + 1 };
    const left = (home: string) => ({
      ...lease,
      metadata: {
        name: lease.name,
        namespace: lease.namespace,
        annotations: {
          'drctl.dev/run': 'never-begun',
          'drctl.dev/run-folder': home,
          'drctl.dev/process': JSON.stringify(dead),
        },
      },
      spec: { holderIdentity: 'never-begun' },
    });
    const apply = ['apply', 'small.yaml', ...values, '--auto-approve'] as const;
    await client().create(left(path.join(bench.cwd, 'unmounted', 'runs', 'never-begun')), signal);
    expect((await bench.drctl(...apply)).code).toBe(4);
    await client().delete(lease, { signal });
    await client().create(left(path.join(bench.cwd, 'never-begun')), signal);
    expect((await bench.drctl(...apply)).code).toBe(0);
    expect(await heldBy()).toBeUndefined();
  });

  it('keeps a new run away while the other is being carried out', async () => {
    const doze =
      'phases:\n  - id: pause\n    steps:\n      - { id: doze, action: flow.sleep, with: { duration: 10m } }\n  - id: build';
    const slow = runbook.replace('phases:\n  - id: build', doze).replace('phases:', locks);
    await bench.write('slow.yaml', slow);
    let second: ReturnType<typeof bench.drctl> | undefined;
    let send: ((name: string) => void) | undefined;
    await runCli(['apply', 'slow.yaml', ...values, '--auto-approve'], {
      cwd: bench.cwd,
      signals: (one) => (send = one),
      heard: (text) => {
        if (second !== undefined || !text.includes('▸ doze')) return;
        second = bench.drctl('apply', 'small.yaml', ...values, '--auto-approve').finally(() => {
          send?.('SIGINT');
          send?.('SIGINT');
        });
      },
    });
    const refused = await second;
    expect(refused?.code).toBe(4);
    expect(refused?.stderr).toMatch(/RUN_LOCKED: Run RUN-small, begun by USER@HOST, .* since TIME/);
    expect(await runIds()).toHaveLength(1);
    expect(await bench.configMaps()).not.toContain('one');
  });

  it('is not taken over by --takeover', async () => {
    await bench.waitingRun();
    await client().delete(lease, { signal });
    const metadata = { name: lease.name, namespace: lease.namespace };
    const annotations = {
      'drctl.dev/run': 'another',
      'drctl.dev/begun-by': 'ann@there',
    };
    const { apiVersion, kind } = lease;
    const spec = { holderIdentity: 'another' };
    await client().create(
      { apiVersion, kind, metadata: { ...metadata, annotations }, spec },
      signal,
    );
    const resumed = await bench.drctl('resume', '--auto-approve', '--takeover');
    expect(resumed.code).toBe(4);
    expect(resumed.stderr).toContain('drctl rollback --state PLACE another');
    expect(await heldBy()).toBe('another');
  });
});

it('the lock of a run that was killed right after its last record is given back by resume', async () => {
  await bench.waitingRun();
  const held = await client().get(lease, signal);
  expect((await bench.drctl('resume', '--approve', 'clean')).code).toBe(0);
  const { name, namespace, annotations } = held?.metadata ?? { name: '' };
  const metadata = { name, namespace, annotations } as KubeObject['metadata'];
  await client().create({ ...lease, metadata, spec: held?.['spec'] ?? null }, signal);
  const ended = await bench.drctl('resume');
  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain('RUN_FINISHED');
  expect(await heldBy()).toBeUndefined();
});

describe('a lock that this run took and that is gone', () => {
  const commands = [
    ['resume', 0],
    ['rollback', 0],
  ] as const;
  it.each(commands)('%s goes on only with --takeover', async (command, code) => {
    await bench.waitingRun();
    await client().delete(lease, { signal });
    const refused = await bench.drctl(command, '--auto-approve');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(
      'RUN_LOCKED: The lock default/drctl-one on here is gone: another run may have worked there since this run stopped',
    );
    expect(refused.stderr).toContain('--takeover');
    expect(await bench.configMaps()).toEqual(expect.arrayContaining(['one', 'old']));
    expect(await heldBy()).toBeUndefined();
    const taken = await bench.drctl(command, '--auto-approve', '--takeover');
    expect(taken.code).toBe(code);
    expect(await heldBy()).toBeUndefined();
  });

  it('is taken anew by a rollback of a run that had given it back in order', async () => {
    const applied = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
    expect(applied.code).toBe(0);
    const rolledBack = await bench.drctl('rollback', '--auto-approve', '--force');
    expect(rolledBack.code).toBe(0);
    expect(await bench.configMaps()).not.toContain('one');
  });
});

it('a run that succeeded stays so when the server of a lock is gone at its end', async () => {
  const authority = await createCertificateAuthority();
  const tls = {
    ...(await authority.issue({ ips: ['127.0.0.1'] })),
    ca: authority.cert,
  };
  const tokens = [{ token, user: 'tester', groups: [] }];
  const there = await startKubeServer({ name: 'two', tls, tokens });
  await bench.write('there', there.kubeconfig({ token }));
  const file = path.join(bench.cwd, 'there');
  const target = `targets:\n  there: { type: kubernetes, kubeconfig: ${file} }`;
  const placed = locks.replace('here', 'there');
  await bench.write('small.yaml', runbook.replace('targets:', target).replace('phases:', placed));
  await bench.waitingRun();
  let closed: Promise<void> | undefined;
  const result = await runCli(['resume', '--approve', 'clean'], {
    cwd: bench.cwd,
    heard: (text) => {
      if (text.includes('▸ remove-old')) closed ??= there.close();
    },
  });
  await closed;
  expect(closed).toBeDefined();
  expect(result.code).toBe(0);
  expect(result.stdout + result.stderr).toMatch(
    /The lock default\/drctl-one on there could not be given back .* kubectl --kubeconfig CWD\/there -n default delete lease drctl-one/,
  );
  expect((await bench.drctl('status')).stdout).toContain('succeeded');
});

it('a target that does not answer is named, with what to say when it is gone', async () => {
  await bench.waitingRun();
  const whole = await readFile(path.join(bench.cwd, 'kubeconfig'), 'utf8');
  await bench.write('kubeconfig', whole.replace(bench.server.url, 'https://127.0.0.1:1'));
  const silent = await bench.drctl('resume', '--auto-approve');
  expect(silent.code).toBe(1);
  expect(silent.stderr).toContain('CLIENT_UNREACHABLE: Target "here" does not answer: ');
  expect(silent.stderr).toContain('--unavailable here');
});
