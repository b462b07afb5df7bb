// The shipped runbook on a lab whose AWS is moto_server: S3, Route53 and STS that nobody here wrote. Skipped where it is absent.
import { afterEach, describe, it } from 'vitest';
import { motoProgram } from '../lab/real/moto.ts';
import { mustSucceed, openWorkbench, runbook } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

describe.skipIf(motoProgram === undefined)('with moto_server (skipped where it is absent)', () => {
  it.each([
    { name: 'under public names', flags: [] },
    { name: 'under private names', flags: ['--endpoint-access', 'Private'] },
  ])('the hosted cluster moves $name', { timeout: TEST_LIMIT_MS }, async ({ flags }) => {
    bench = await openWorkbench('--aws', 'moto', ...flags);
    await mustSucceed(bench, 'plan', runbook, ...bench.env);
    await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
    await mustSucceed(bench, 'lab', 'check');
  });

  it(
    'a rollback gives back the world as it was, its names too',
    { timeout: TEST_LIMIT_MS },
    async () => {
      bench = await openWorkbench('--aws', 'moto');
      const stop = { signal: 'SIGKILL' as const, step: 'restore-machines' };
      await bench.interrupted(stop, 'apply', runbook, ...bench.env, '--auto-approve');
      await mustSucceed(bench, 'rollback', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
    },
  );
});
