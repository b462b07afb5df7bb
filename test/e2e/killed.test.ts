// The built program killed outright at every phase, and resumed each time.
import { afterEach, describe, expect, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
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

const kill = (step: string) => ({ signal: 'SIGKILL' as const, step });

async function hasEnded(world: Workbench, step: string): Promise<boolean> {
  const events = await world.journal();
  return events.some((event) => event.type === 'step.succeeded' && event.step === step);
}

describe('killed outright at every phase and resumed each time', () => {
  it.each([
    { name: 'with a single etcd member', flags: [] },
    { name: 'highly available', flags: ['--ha'] },
  ])(
    'the run ends as if nothing had happened, $name',
    { timeout: TEST_LIMIT_MS },
    async ({ flags }) => {
      bench = await openWorkbench(...flags);
      const [first, ...rest] = killPoints;
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
        // Several steps are under way at once, so another one may have ended when the process died.
        if (await hasEnded(bench, step)) continue;
        const outcome = await bench.interrupted(kill(step), 'resume', '--auto-approve');
        expect(outcome.signal, `${step}: ${show(outcome)}`).toBe('SIGKILL');
        kills += 1;
      }
      expect(kills).toBeGreaterThan(killPoints.length / 2);
      await mustSucceed(bench, 'resume', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check');
    },
  );
});
