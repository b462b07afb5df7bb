// What a person at the keyboard does: interrupts, and approvals that are not given.
import { afterEach, describe, expect, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

describe('a person interrupts', () => {
  it(
    'once: running steps end, the run says how to go on, and resume completes it',
    { timeout: TEST_LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const interrupt = { signal: 'SIGINT' as const, step: 'delete-machines' };
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
