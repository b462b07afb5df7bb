// The compact runbook, ended at every single moment of an uncut run, one at a time, and resumed: the world, the outputs and
// the state folder are as if nobody had ended it. DRCTL_TEST_POINT, a regular expression, names moments to try just those.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { tally } from '../../support/tally.ts';
import { momentsToTry } from './moments-to-try.ts';
import { startCompactServers } from './compact-servers.ts';
import type { CompactServers } from './compact-servers.ts';
import { openCompactWorld } from './compact-world.ts';
import { differencesOf } from './differences.ts';
import { applyCompact, resultOf, uncutRun } from './explore-compact.ts';
import type { Result } from './explore-compact.ts';
import { inParallel } from './in-parallel.ts';
import { reaperAt } from '../processes/moments.ts';

const LIMIT_MS = 2_400_000;
const AT_ONCE = 4;

let servers: CompactServers;
beforeAll(async () => {
  servers = await startCompactServers();
});
afterAll(async () => {
  await servers.close();
});

/** undefined: this run did not come to that moment. */
async function endedOnceAt(moment: string, wanted: Result): Promise<readonly string[] | undefined> {
  const world = await openCompactWorld(servers);
  try {
    const ended = await applyCompact(world, [reaperAt(moment)].values());
    return ended === 0 ? undefined : differencesOf(wanted, await resultOf(world));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await world.close();
  }
}

it(
  'a run ended at any moment and resumed ends as if nobody had',
  { timeout: LIMIT_MS },
  async () => {
    const uncut = await uncutRun(servers);
    expect(uncut.result.leftovers).toEqual([]);
    const moments = momentsToTry(uncut.moments);
    const differences: string[] = [];
    const missed: string[] = [];
    await inParallel(moments, AT_ONCE, async (moment) => {
      const found = await endedOnceAt(moment, uncut.result);
      if (found === undefined) missed.push(moment);
      else if (found.length > 0) differences.push([`ended ${moment}`, ...found].join('\n    '));
    });
    tally({
      suite: 'every moment of the compact runbook, one at a time',
      crashPoints: moments.length - missed.length,
      violations: 0,
      differences: differences.length,
    });
    expect(differences, differences.join('\n')).toEqual([]);
    // How often something is looked at while waiting differs a little from run to run.
    expect(
      missed.filter((moment) => !moment.includes(' read ')),
      'moments not met',
    ).toEqual([]);
    expect(missed.length).toBeLessThan(moments.length / 10);
  },
);
