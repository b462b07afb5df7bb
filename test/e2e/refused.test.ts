// What must stop a run: a world that changed while nobody looked, targets that were given up, and a second run.
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Changes the source as a person would meanwhile, by a runbook of one step and a state folder of its own. */
async function meddle(world: Workbench, step: object): Promise<void> {
  const folder = await mkdtemp(path.join(world.dir, 'meddle-'));
  const file = path.join(folder, 'meddle.yaml');
  const content = {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name: 'meddle', version: '1.0.0' },
    env: { MGMT_KUBECONFIG: { type: 'file', required: true } },
    targets: { source: { type: 'kubernetes', kubeconfig: '{{env.MGMT_KUBECONFIG}}' } },
    phases: [{ id: 'only', steps: [step] }],
  };
  await writeFile(file, JSON.stringify(content));
  await mustSucceed(world, 'apply', file, ...world.env, '--state', folder, '--auto-approve');
}

const startWriters = {
  id: 'start-writers',
  action: 'k8s.scale',
  with: {
    target: 'source',
    namespace: 'clusters-demo-hosted',
    kind: 'Deployment',
    names: ['kube-apiserver'],
    replicas: 1,
  },
};

const stop = (names: readonly string[], namespace: string) => ({
  ...startWriters,
  with: { ...startWriters.with, namespace, names, replicas: 0 },
});

describe('a run that was stopped', () => {
  it(
    'does not restore an older snapshot over a source that has come back to life',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const kill = { signal: 'SIGKILL' as const, step: 'names-released' };
      await bench.interrupted(kill, 'apply', runbook, ...bench.env, '--auto-approve');
      await meddle(bench, startWriters);
      const refused = await bench.drctl('resume', '--auto-approve');
      expect(refused.exitCode, show(refused)).toBe(3);
      expect(refused.stderr).toContain('writers-still-stopped');
      await mustSucceed(bench, 'rollback', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
    },
  );

  it(
    'keeps every other run away, also one with its state elsewhere',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const kill = { signal: 'SIGKILL' as const, step: 'stop-writers' };
      await bench.interrupted(kill, 'apply', runbook, ...bench.env, '--auto-approve');
      const second = ['apply', runbook, ...bench.env, '--auto-approve'];
      const refused = await bench.drctl(...second, '--state', path.join(bench.dir, 'elsewhere'));
      expect(refused.exitCode, show(refused)).toBe(4);
      expect(refused.stderr).toContain('RUN_LOCKED');
      await mustSucceed(bench, 'resume', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check');
    },
  );
});

describe('a target that is given up', () => {
  it(
    'keeps the teardown shut: what nobody can see does not hold',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const blind = ['apply', runbook, ...bench.env, '--unavailable', 'hosted', '--auto-approve'];
      const refused = await bench.drctl(...blind);
      expect(refused.exitCode, show(refused)).toBe(3);
      expect(refused.stderr).toContain('target "hosted" is unavailable, so nobody can tell');
      const begun = (await bench.journal()).filter(({ type }) => type === 'step.started');
      expect(begun).not.toContainEqual(expect.objectContaining({ step: 'stop-source-operator' }));
    },
  );
});

describe('a hosted API that is dead when the run begins', () => {
  it('does not stop the recovery', { timeout: LIMIT_MS }, async () => {
    bench = await openWorkbench();
    await meddle(bench, stop(['operator'], 'hypershift'));
    await meddle(bench, stop(['control-plane-operator'], 'clusters-demo-hosted'));
    await meddle(bench, stop(['kube-apiserver'], 'clusters-demo-hosted'));
    await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
    const check = await bench.drctl('lab', 'check');
    const differences = check.stdout.split('\n').filter((line) => line.includes('✗'));
    // The operator is left as the test had put it.
    expect(differences, show(check)).toEqual([expect.stringContaining('operator-on-source')]);
  });
});
