// A rollback that is stuck says to a person what is left, what was there before, and what to type; one that stopped at a
// step keeps the locks and can be gone forward from again. Against a real API server on loopback.

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import { createBench, runbook, values } from './bench.ts';
import { runCli } from './run-cli.ts';

const bench = createBench();
const { signal } = new AbortController();
const existing = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'existing' };
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'default',
  name: 'drctl-one',
};
let kube: KubeTarget | undefined;

function client(): KubeTarget['client'] {
  kube ??= createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
  return kube.client;
}

async function paint(tone: string): Promise<void> {
  const patch = { data: { color: tone } };
  await client().patch(existing, { type: 'merge', patch, signal });
}

async function color(): Promise<unknown> {
  const found = (await client().get(existing, signal)) as unknown as {
    data: { color: string };
  };
  return found.data.color;
}

beforeEach(async () => {
  await client().delete(lease, { signal });
  const locks =
    'locks:\n  - { target: here, namespace: default, name: "drctl-{{env.NAME}}" }\nphases:';
  await bench.write('small.yaml', runbook.replace('phases:', locks));
});

afterEach(() => {
  kube?.close();
  kube = undefined;
});

describe('a rollback that meets a change that somebody made since', () => {
  it('leaves it, ends as stuck with exit code 5, and lists for a person what to do', async () => {
    await bench.waitingRun();
    await paint('green');
    const stuck = await bench.drctl('rollback', '--auto-approve');
    expect(stuck.code).toBe(5);
    expect(stuck.stderr).toContain('ROLLBACK_STUCK');
    expect(stuck.stderr).toContain('Changed by somebody else since, and left as it is');
    const lines = [
      'Not undone, for a person to look at',
      '  ✗ color',
      'ConfigMap default/existing: was data.color "blue"',
      `kubectl --kubeconfig CWD/kubeconfig -n default patch configmap/existing --type=merge -p '{"data":{"color":"blue"}}'`,
      'put back by hand: drctl mark-done RUN-small color --reason TEXT',
      'left as it is:    drctl skip RUN-small color --reason TEXT',
      '  · settings waits for the one above',
      'ConfigMap default/one: was not there',
      '"drctl rollback RUN-small" goes on with the rest',
    ];
    const { stdout } = await bench.drctl('status');
    for (const line of lines) {
      expect(stuck.stdout).toContain(line);
      expect(stdout).toContain(line);
    }
    expect(await color()).toBe('green');
    expect(await client().get(lease, signal)).toBeDefined();
  });

  it('is gone on with by resume, which says first that it goes back', async () => {
    await bench.waitingRun();
    await paint('green');
    await bench.drctl('rollback', '--auto-approve');
    const { stdout } = await bench.drctl('status');
    expect(stdout).toMatch(/drctl resume RUN-small +go on undoing\n/);
    await paint('red');
    const resumed = await bench.drctl('resume', '--auto-approve');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(
      /^Run RUN-small\nThis run is being rolled back; going on with that\n/,
    );
    expect(resumed.stdout).toContain('was rolled back');
  });

  it('says the same to machines', async () => {
    await bench.waitingRun();
    await paint('green');
    const { stdout } = await bench.drctl('rollback', '--auto-approve', '--json');
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({
      type: 'result',
      outcome: 'stuck',
      exitCode: 5,
      error: { code: 'ROLLBACK_STUCK' },
      stuck: [
        {
          instance: 'color',
          error: { code: 'CLIENT_CONFLICT' },
          before: [{ was: 'data.color "blue"' }],
        },
        { instance: 'settings', before: [{ object: 'ConfigMap default/one', was: 'not there' }] },
      ],
    });
  });

  it.each(['mark-done', 'skip'])('goes on with the rest after %s', async (decision) => {
    await bench.waitingRun();
    await paint('green');
    await bench.drctl('rollback', '--auto-approve');
    const { stdout } = await bench.drctl('runs');
    expect(stdout).toContain('stuck');
    const runId = (await runIds())[0] ?? '';
    expect((await bench.drctl(decision, runId, 'color', '--reason', 'mine')).code).toBe(0);
    const done = await bench.drctl('rollback', '--auto-approve');
    expect(done.code, done.stderr).toBe(0);
    expect(await color()).toBe('green');
    expect(await bench.configMaps()).not.toContain('one');
    expect(await client().get(lease, signal)).toBeUndefined();
  });
});

async function runIds(): Promise<readonly string[]> {
  const { readdir } = await import('node:fs/promises');
  return readdir(path.join(bench.cwd, '.drctl', 'runs'));
}

describe('a rollback to a step', () => {
  it('keeps the lock, says so, and resume goes forward again from there', async () => {
    await bench.waitingRun();
    const back = await bench.drctl('rollback', '--to', 'settings', '--auto-approve');
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toContain('drctl resume RUN-small     forward again from settings');
    expect(await color()).toBe('blue');
    expect(await bench.configMaps()).toContain('one');
    expect(await client().get(lease, signal)).toBeDefined();
    const status = await bench.drctl('status');
    expect(status.stdout).toContain('rolled back to settings; resume goes forward again');
    expect(status.stdout).toContain('drctl resume RUN-small');
    const forward = await bench.drctl('resume', '--auto-approve');
    expect(forward.code, forward.stderr).toBe(0);
    expect(await color()).toBe('red');
    expect(await bench.configMaps()).not.toContain('old');
    expect(await client().get(lease, signal)).toBeUndefined();
  });
});

it.each([80, 200])('the ledger keeps to a terminal of %d columns', async (columns) => {
  const long = 'a-step-with-a-name-that-is-longer-than-a-column-may-be';
  const more = runbook.replaceAll('id: color', `id: ${long}`);
  await bench.write('small.yaml', more);
  expect((await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve')).code).toBe(0);
  const { stdout } = await runCli(['status'], { cwd: bench.cwd, columns, isTerminal: true });
  const start = stdout.indexOf('Can be undone');
  const ledger = stdout.slice(start).split('\n');
  expect(start).toBeGreaterThan(0);
  expect(ledger.join('\n')).toContain('put back, --force');
  expect(ledger.join('\n')).toContain('ConfigMap def');
  for (const line of ledger) expect(line.length).toBeLessThanOrEqual(columns);
});
