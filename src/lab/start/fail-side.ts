// A management cluster is lost: its API server, its operators, its nodes with all pods on them, the hosted control planes
// among these. What is not on it stays: EC2 instances, DNS records, buckets. It never comes back.

import { LabError } from '../lab-types.ts';
import type { Customer } from '../nodes/customer.ts';
import type { SideName } from '../cluster/side.ts';
import type { World } from '../world/world.ts';
import type { Closers } from './closers.ts';

/** Resolves when nothing of it answers any more. LabError when it has failed already. */
export async function failSide(
  world: World,
  name: SideName,
  { closers, customer }: { readonly closers: Closers; readonly customer: Customer },
): Promise<void> {
  if (world.failed.has(name)) {
    throw new LabError(`The ${name} has failed already`, 'Start a new lab for another rehearsal');
  }
  world.failed.add(name);
  const wasServing = world.planes[name].api.isServing();
  await customer.holdDuring(async () => {
    await closers.closeAll();
    if (wasServing) customer.startOver();
  });
  world.log(`${name}: failed`);
}
