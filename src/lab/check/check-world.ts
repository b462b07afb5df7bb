// Compares the end of a rehearsal with what must be: one named check for each thing that can be wrong, so that the list
// says what a recovery has to keep.

import type { Client } from '../cluster/client.ts';
import type { CheckEntry, Expectation, LabReport } from '../lab-types.ts';
import type { Baseline } from '../observe/baseline.ts';
import type { Customer } from '../nodes/customer.ts';
import { sideNames, type World } from '../world/world.ts';
import { awsChecks, dnsChecks } from './aws-checks.ts';
import { hostedChecks, type HostedBaseline } from './hosted-checks.ts';
import { migratedChecks, neighbourChecks, operatorChecks, unchangedChecks } from './side-checks.ts';

export interface CheckInput {
  readonly world: World;
  readonly baseline: Baseline;
  readonly hostedBaseline: HostedBaseline;
  readonly customer: Customer;
  /** Through the hosted API's name. */
  readonly hosted: Client;
  readonly expect: Expectation;
}

export async function checkWorld(input: CheckInput): Promise<LabReport> {
  const { world, baseline, expect } = input;
  await Promise.all(sideNames.map((name) => world.sides[name].refresh()));
  const checks: readonly CheckEntry[] = [
    ...(expect === 'unchanged' ? unchangedChecks(world, baseline) : migratedChecks(input)),
    ...neighbourChecks(world, baseline),
    ...operatorChecks(world, baseline),
    ...(await hostedChecks(input)),
    ...(await dnsChecks(input)),
    ...(await awsChecks(world)),
  ];
  const violations = world.recorder.all();
  const all = [
    ...checks,
    {
      name: 'no-violations',
      ok: violations.length === 0,
      found:
        violations.length === 0
          ? 'none'
          : violations.map((entry) => `${entry.kind} (${entry.object})`).join('; '),
    },
  ];
  return { expect, ok: all.every((entry) => entry.ok), checks: all, violations };
}
