// The whole shipped runbook on whole labs, by the built program. Each lab judges for itself: `lab check` compares the end
// state with what must be, hosted data key by key, and lists every violation that happened on the way.
import { afterEach, describe, expect, it } from 'vitest';
import { began, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function mustSucceed(world: Workbench, ...args: string[]): Promise<void> {
  const outcome = await world.drctl(...args);
  expect(outcome.exitCode, show(outcome)).toBe(0);
}

const worlds: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'a single etcd member', flags: [] },
  { name: 'three etcd members and three node pools', flags: ['--ha', '--node-pools', '3'] },
  { name: 'a dead external-dns on the source', flags: ['--external-dns-dead'] },
  { name: 'public and private endpoints', flags: ['--endpoint-access', 'PublicAndPrivate'] },
  { name: 'private endpoints only', flags: ['--endpoint-access', 'Private'] },
];

describe('the hosted cluster moves, nothing else is touched, no data is lost', () => {
  it.each(worlds)('with $name', { timeout: TEST_LIMIT_MS }, async ({ flags }) => {
    bench = await openWorkbench(...flags);
    await mustSucceed(bench, 'plan', runbook, ...bench.env);
    await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
    await mustSucceed(bench, 'lab', 'check');
  });

  it('control plane only, the nodes left as they are', { timeout: TEST_LIMIT_MS }, async () => {
    bench = await openWorkbench();
    await mustSucceed(
      bench,
      'apply',
      runbook,
      ...bench.env,
      '--set',
      'RESTORE_NODES=false',
      '--auto-approve',
    );
    await mustSucceed(bench, 'lab', 'check', '--expect', 'control-plane-only');
  });
});

// One step of every phase and kind of work; the process is killed as soon as the step has begun.
const killPoints = [
  'instances',
  'pause-node-pools',
  'stop-writers',
  'snapshot',
  'upload-snapshot',
  'export',
  'delete-routes',
  'names-released',
  'restore-references',
  'restore-control-plane',
  'restore-machines',
  'restore-hosted-cluster',
  'restore-node-pools',
  'nodes-ready',
  'stop-source-operator',
  'stop-control-plane',
  'delete-machines',
  'delete-control-plane-namespace',
  'delete-hosted-cluster',
  'restart-ovn',
];

async function hasEnded(world: Workbench, step: string): Promise<boolean> {
  const events = await world.journal();
  return events.some((event) => event.type === 'step.succeeded' && event.step === step);
}

describe('killed outright at every phase and resumed each time', () => {
  it.each([
    { name: 'with a single etcd member', flags: [] },
    { name: 'highly available', flags: ['--ha'] },
  ])('it ends as if nothing had happened, $name', { timeout: TEST_LIMIT_MS }, async ({ flags }) => {
    bench = await openWorkbench(...flags);
    const [first, ...rest] = killPoints;
    const kill = (step: string) => ({ signal: 'SIGKILL' as const, when: began(step) });
    const begun = await bench.interrupted(
      kill(first ?? ''),
      'apply',
      runbook,
      ...bench.env,
      '--auto-approve',
    );
    expect(begun.signal, show(begun)).toBe('SIGKILL');
    let kills = 1;
    for (const step of rest) {
      // A signal takes a moment to arrive; a quick step may have ended by then.
      if (await hasEnded(bench, step)) continue;
      const outcome = await bench.interrupted(kill(step), 'resume', '--auto-approve');
      expect(outcome.signal, `${step}: ${show(outcome)}`).toBe('SIGKILL');
      kills += 1;
    }
    expect(kills).toBeGreaterThan(killPoints.length / 2);
    await mustSucceed(bench, 'resume', '--auto-approve');
    await mustSucceed(bench, 'lab', 'check');
  });
});

describe('rolled back before the point of no return', () => {
  it.each([
    { name: 'right after the writers were stopped', step: 'snapshot' },
    { name: 'while the names are being released', step: 'names-released' },
    { name: 'in the middle of the restore', step: 'restore-machines' },
    { name: 'while the destination comes up', step: 'available' },
    { name: 'when the destination serves already', step: 'same-instances' },
  ])('the world is as it was: $name', { timeout: TEST_LIMIT_MS }, async ({ step }) => {
    bench = await openWorkbench();
    const stop = { signal: 'SIGKILL' as const, when: began(step) };
    const begun = await bench.interrupted(stop, 'apply', runbook, ...bench.env, '--auto-approve');
    expect(begun.signal, show(begun)).toBe('SIGKILL');
    await mustSucceed(bench, 'rollback', '--preview');
    await mustSucceed(bench, 'rollback', '--auto-approve');
    await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
  });
});

describe('a person interrupts', () => {
  it(
    'once: running steps end, the run says how to go on, and resume completes it',
    { timeout: TEST_LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const interrupt = { signal: 'SIGINT' as const, when: began('delete-machines') };
      const outcome = await bench.interrupted(
        interrupt,
        'apply',
        runbook,
        ...bench.env,
        '--auto-approve',
      );
      expect(outcome.exitCode, show(outcome)).toBe(130);
      expect(outcome.stdout + outcome.stderr).toContain('drctl resume');
      // The operator that was stopped for the duration of the phase is back although the phase has not ended.
      const events = await bench.journal();
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'step.undone', step: 'stop-source-operator' }),
      );
      await mustSucceed(bench, 'resume', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check');
    },
  );

  it(
    'without approval the run waits before the teardown, and goes on when it is given',
    { timeout: TEST_LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const waiting = await bench.drctl('apply', runbook, ...bench.env, '--approve', 'plan');
      expect(waiting.exitCode, show(waiting)).toBe(5);
      await mustSucceed(bench, 'resume', '--approve', 'teardown');
      await mustSucceed(bench, 'lab', 'check');
    },
  );
});
