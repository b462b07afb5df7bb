// The shipped runbook on a whole lab: one run dies at every moment of a kind at which it has not died yet, is resumed, dies at
// the next one, until it is done. Then the hosted cluster has moved as if nobody had touched the run, and no rule was broken
// on the way. Moments are told apart by what they are: the record and its step, the call's method and path.
// DRCTL_TEST_SEED chooses the reads and files that are among them.

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { tally } from '../../support/tally.ts';
import { reaperAt, reaperAtNew } from '../processes/moments.ts';
import type { Moment } from '../processes/moments.ts';
import { assertEnded, isRefused } from './has-ended.ts';
import { chosenBySeed, seed } from './seed.ts';
import { openShippedLab } from './shipped-lab.ts';
import type { ShippedLab } from './shipped-lab.ts';

/** A machine that does many other things; alone it is a few minutes. */
const LIMIT_MS = 2_400_000;
const deathsMax = 2_000;
/**
 * A clean stop after which a person resumes. On a machine that does many other things the lab's nodes are late to report now
 * and then, and a guard then refuses, rightly. More often it would be a fault.
 */
const refusalsMax = 5;
const refusalPauseMs = 3_000;
/** One of so many reads and changes of files. */
const sampledOneOf = 12;

let world: ShippedLab | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const isSampled = ({ of, what }: Moment): boolean =>
  (of === 'read' || of === 'file') && chosenBySeed(what, sampledOneOf);

/** Dies and is resumed until it ends by itself; at how many moments it died. */
async function chain(
  of: ShippedLab,
  wanted: (moment: Moment) => boolean,
  begin: 'apply' | 'rollback',
): Promise<number> {
  const met = new Set<string>();
  let refusals = 0;
  const began = { apply: 'running', rollback: 'rolling-back' }[begin];
  for (let deaths = 0; deaths < deathsMax; deaths += 1) {
    const state = await of.run();
    const isUnderWay = begin === 'apply' ? state !== undefined : state?.outcome === began;
    const reaper = reaperAtNew(met, wanted);
    const { endedAt, result } = await (isUnderWay ? of.resume(reaper) : of[begin](reaper));
    if (endedAt !== undefined) continue;
    if (isRefused(result) && refusals < refusalsMax) {
      refusals += 1;
      await delay(refusalPauseMs);
      continue;
    }
    assertEnded(result, await of.run());
    return deaths - refusals;
  }
  throw new Error(`The run does not end after ${deathsMax} deaths`);
}

const worlds = [
  {
    name: 'a single etcd member, at every record, and at reads and files by chance',
    options: {},
    wanted: (moment: Moment) => moment.of === 'append' || isSampled(moment),
  },
  {
    name: 'three etcd members, before and after every call that changes something',
    options: { highlyAvailable: true },
    wanted: ({ of }: Moment) => of === 'write',
  },
];

describe('the shipped runbook, dying again and again', () => {
  it.each(worlds)('moves the hosted cluster: $name', { timeout: LIMIT_MS }, async (each) => {
    world = await openShippedLab({ neighbours: true, ...each.options });
    const deaths = await chain(world, each.wanted, 'apply');
    const faults = await world.faults();
    const run = await world.run();
    const violations = world.lab.violations().length;
    tally({
      suite: `shipped runbook, ${each.name}`,
      crashPoints: deaths,
      violations,
      differences: faults.length - violations,
      seed,
    });
    expect(faults).toEqual([]);
    expect(run?.outcome).toBe('succeeded');
    expect(deaths).toBeGreaterThan(100);
  });

  it('is rolled back from the middle of the restore', { timeout: LIMIT_MS }, async () => {
    world = await openShippedLab({ neighbours: true });
    const { endedAt } = await world.apply(
      reaperAt('after append step.started restore-machines #1'),
    );
    expect(endedAt).toBeDefined();
    const deaths = await chain(world, ({ of }) => of === 'append' || of === 'write', 'rollback');
    const faults = await world.faults('unchanged');
    const violations = world.lab.violations().length;
    tally({
      suite: 'rollback of the shipped runbook, at every record and change',
      crashPoints: deaths,
      violations,
      differences: faults.length - violations,
      seed,
    });
    expect(faults).toEqual([]);
    expect((await world.run())?.outcome).toBe('rolled-back');
    expect(deaths).toBeGreaterThan(40);
  });
});
