// The compact runbook, ended at chosen moments and resumed until it is done, and what has come of it.

import { runDrctl } from '../processes/drctl-process.ts';
import type { Ended } from '../processes/drctl-process.ts';
import { recorder } from '../processes/moments.ts';
import type { Reaper } from '../processes/moments.ts';
import type { CompactServers } from './compact-servers.ts';
import { openCompactWorld } from './compact-world.ts';
import type { CompactWorld } from './compact-world.ts';
import { assertEnded } from './has-ended.ts';
import { readRun } from './run-record.ts';

/** What is to be the same, however often the run was ended on its way. */
export interface Result {
  readonly run: unknown;
  readonly world: unknown;
  readonly leftovers: readonly string[];
}

const startsMax = 400;

/** Every process gets the next reaper; once they are used up, one that ends nothing. */
export async function applyCompact(
  world: CompactWorld,
  reapers: Iterator<Reaper>,
): Promise<number> {
  return untilDone(world, reapers, async (reaper) => {
    const run = await readRun(world.cwd, world.name);
    return run === undefined
      ? runDrctl(world.cwd, ['apply', 'compact.yaml', '-e', 'my.env', '--auto-approve'], reaper)
      : runDrctl(world.cwd, ['resume', '--auto-approve'], reaper);
  });
}

export async function rollBackCompact(
  world: CompactWorld,
  reapers: Iterator<Reaper>,
): Promise<number> {
  return untilDone(world, reapers, async (reaper) => {
    const run = await readRun(world.cwd, world.name);
    // Before the rollback's first record there is nothing to resume, only to ask again.
    const args = run?.outcome === 'rolling-back' ? ['resume'] : ['rollback'];
    return runDrctl(world.cwd, [...args, '--auto-approve'], reaper);
  });
}

/** How many processes were ended. */
async function untilDone(
  world: CompactWorld,
  reapers: Iterator<Reaper>,
  start: (reaper: Reaper) => Promise<Ended>,
): Promise<number> {
  for (let ended = 0; ended < startsMax; ended += 1) {
    const next = reapers.next();
    const { result, endedAt } = await start(next.done === true ? () => false : next.value);
    if (endedAt !== undefined) continue;
    assertEnded(result, await readRun(world.cwd, world.name));
    return ended;
  }
  throw new Error(`The run in ${world.name} does not come to its end`);
}

export async function resultOf(world: CompactWorld): Promise<Result> {
  return {
    run: await readRun(world.cwd, world.name),
    world: await world.content(),
    leftovers: await world.leftovers(),
  };
}

/** The names of all moments of a run that nothing ends, and its result. */
export async function uncutRun(
  servers: CompactServers,
): Promise<{ readonly moments: readonly string[]; readonly result: Result }> {
  const world = await openCompactWorld(servers);
  const moments: string[] = [];
  await applyCompact(world, [recorder(moments)].values());
  const result = await resultOf(world);
  await world.close();
  return { moments, result };
}
