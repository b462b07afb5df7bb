// The rollback of the compact runbook, ended at every moment of an uncut one and begun again: the world is as it was before
// the run. A rollback needs a whole run before it, so each of a few runs dies at every few moments of its rollback, one
// after the other, until all have had their turn. DRCTL_TEST_POINT, a regular expression, names moments to try just those.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { tally } from '../../support/tally.ts';
import { momentName, reaperAtNew, recorder } from '../processes/moments.ts';
import type { Reaper } from '../processes/moments.ts';
import { startCompactServers } from './compact-servers.ts';
import type { CompactServers } from './compact-servers.ts';
import { openCompactWorld } from './compact-world.ts';
import type { CompactWorld } from './compact-world.ts';
import { differencesOf } from './differences.ts';
import { applyCompact, resultOf, rollBackCompact } from './explore-compact.ts';
import { inParallel } from './in-parallel.ts';
import { momentsToTry } from './moments-to-try.ts';

const LIMIT_MS = 2_400_000;
const AT_ONCE = 3;
const RUNS = 12;

let servers: CompactServers;
beforeAll(async () => {
  servers = await startCompactServers();
});
afterAll(async () => {
  await servers.close();
});

async function applied(): Promise<{ readonly world: CompactWorld; readonly before: unknown }> {
  const world = await openCompactWorld(servers);
  const before = await world.content();
  await applyCompact(world, [].values());
  return { world, before };
}

/** A reaper for each process: it ends at the next of these moments that was not met yet. */
function* reapersAt(moments: ReadonlySet<string>): Generator<Reaper> {
  const met = new Set<string>();
  for (let starts = 0; starts <= moments.size; starts += 1) {
    yield reaperAtNew(met, (moment) => moments.has(momentName(moment)));
  }
}

it(
  'a rollback ended at any moment and begun again gives back the world',
  { timeout: LIMIT_MS },
  async () => {
    const uncut = await applied();
    const seen: string[] = [];
    await rollBackCompact(uncut.world, [recorder(seen)].values());
    const wanted = await resultOf(uncut.world);
    await uncut.world.close();
    // What a command did in a container is not undone; all else is.
    const notBack = differencesOf(uncut.before, wanted.world).map((line) => line.split(':')[0]);
    expect(notBack).toEqual(['file in etcd-0 /var/lib/mark']);

    const moments = momentsToTry([...new Set(seen.map((name) => name.replace(/ #\d+$/, '')))]);
    const shares = Array.from({ length: RUNS }, (_none, share) =>
      moments.filter((_moment, index) => index % RUNS === share),
    ).filter((share) => share.length > 0);
    const differences: string[] = [];
    let deaths = 0;
    await inParallel(shares, AT_ONCE, async (share) => {
      const { world } = await applied();
      try {
        const died = await rollBackCompact(world, reapersAt(new Set(share)));
        deaths += died;
        const found = differencesOf(wanted, await resultOf(world));
        if (found.length > 0)
          differences.push([`ended at ${share.join(', ')}`, ...found].join('\n    '));
      } catch (error) {
        differences.push(
          `ended at ${share.join(', ')}: ${error instanceof Error ? error.message : String(error)}`,
        );
      } finally {
        await world.close();
      }
    });
    tally({
      suite: 'every moment of the rollback of the compact runbook',
      crashPoints: deaths,
      violations: 0,
      differences: differences.length,
    });
    expect(differences, differences.join('\n')).toEqual([]);
    // A look more or less while waiting is no difference.
    expect(deaths).toBeGreaterThan(moments.length * 0.9);
  },
);
