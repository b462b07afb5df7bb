// A check that fails says what to do about it: in the plan, in its JSON, and where a run is refused.

import { expect, it } from 'vitest';
import { createBench, runbook, values } from './bench.ts';

const bench = createBench();

const failing = runbook.replace(
  /that: "object.metadata.name == 'default'" \}\n {4}message: There is no namespace/,
  `that: "object.metadata.name == 'other'" }
    message: It is another one
    remedy: kubectl create namespace {{env.NAME}}`,
);

it('is shown by plan, below what was found', async () => {
  await bench.write('small.yaml', failing);
  const { code, stdout } = await bench.drctl('plan', 'small.yaml', ...values);
  expect(code).toBe(3);
  expect(stdout).toContain(`  ✗ namespace-is-there: It is another one
      ASSERTION_FAILED: Namespace default: expected object.metadata.name == 'other', which is false; object.metadata.name is "default"
      → kubectl create namespace one`);
});

it('is a field of the check in JSON', async () => {
  await bench.write('small.yaml', failing);
  const { stdout } = await bench.drctl('plan', 'small.yaml', ...values, '--json');
  expect(stdout).toContain('"remedy":"kubectl create namespace one"');
});

it('is the hint where a run is refused', async () => {
  await bench.write('small.yaml', failing);
  const { code, stderr } = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
  expect(code).toBe(3);
  expect(stderr).toContain('PRECONDITION_FAILED: Nothing was begun');
  expect(stderr).toContain('\n  kubectl create namespace one\n');
});
