// What a plan says of how long it will take.

import { expect, it } from 'vitest';
import { createBench, runbook, values } from './bench.ts';

const bench = createBench();
const outages =
  'outages: [{ title: the settings are away, from: settings, until: color }]\nphases:';

async function takes(...more: string[]): Promise<string | undefined> {
  const { stdout, stderr, code } = await bench.drctl('plan', 'small.yaml', ...values, ...more);
  expect(code, stderr).toBe(0);
  return stdout.split('\n').find((line) => line.startsWith('Takes:'));
}

it('comes from the runs of the state that went through, and from no others', async () => {
  await bench.write('small.yaml', runbook.replace('phases:', outages));
  expect(await takes()).toBe(
    'Takes: not known: the state has no earlier run that went through without a stop',
  );
  await bench.waitingRun();
  expect(await takes()).toContain('not known');
  expect((await bench.drctl('resume', '--approve', 'clean')).code).toBe(0);
  expect(await takes()).toContain('not known');

  const applied = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
  expect(applied.code, applied.stderr).toBe(0);
  expect(await takes()).toMatch(
    /^Takes: SOME-TIME, the settings are away for SOME-TIME \(1 earlier run, the last one on \d{4}-\d\d-\d\d\)$/,
  );
  expect(await takes('--state', 'elsewhere')).toContain('not known');
  expect(await takes('--until', 'color')).toBeUndefined();
});
