// Compares the end of a rehearsal with what must be: one named check for each thing that can be wrong, so that the list
// says what a recovery has to keep.

import type { Client } from '../cluster/client.ts';
import type { CheckEntry, Expectation, LabReport, ViolationKind } from '../lab-types.ts';
import type { Baseline } from '../observe/baseline.ts';
import type { Customer } from '../nodes/customer.ts';
import { sideNames, type World } from '../world/world.ts';
import { awsChecks, dnsChecks } from './aws-checks.ts';
import { hostedChecks, type HostedBaseline } from './hosted-checks.ts';
import {
  failureCheck,
  migratedChecks,
  neighbourChecks,
  operatorChecks,
  unchangedChecks,
} from './side-checks.ts';

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
  const there = sideNames.filter((name) => !world.failed.has(name));
  await Promise.all(there.map((name) => world.sides[name].refresh()));
  const checks: readonly CheckEntry[] = [
    ...(expect === 'unchanged' ? unchangedChecks(world, baseline) : migratedChecks(input)),
    ...failureCheck(world, expect),
    ...neighbourChecks(world, baseline),
    ...operatorChecks(world, baseline),
    ...(await hostedChecks(input)),
    ...(await dnsChecks(input)),
    ...(await awsChecks(world)),
  ];
  const violations = world.recorder.all().filter(({ kind }) => !isHarmless(kind, expect));
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

/** A snapshot under way of writes loses some when one goes on from it: not when nobody does, nor when nothing else is left. */
function isHarmless(kind: ViolationKind, expect: Expectation): boolean {
  return kind === 'snapshot-with-writer' && (expect === 'unchanged' || expect === 'recovered');
}
