// The built drctl, killed by SIGKILL from outside: at every record of its journal, and at random moments of its whole life,
// start and end included; resumed until it is done. The world, the outputs and the state folder are as if nobody had killed
// it. DRCTL_TEST_SEED repeats the random moments, DRCTL_TEST_RUN, a regular expression, some of them
// ("record 12$", "random").

import { afterAll, beforeAll, expect, it } from 'vitest';
import { tally } from '../../support/tally.ts';
import { trace } from '../processes/trace.ts';
import { startDrctl } from '../processes/built-drctl.ts';
import type { Killing } from '../processes/built-drctl.ts';
import { startCompactServers } from './compact-servers.ts';
import type { CompactServers } from './compact-servers.ts';
import { openCompactWorld } from './compact-world.ts';
import type { CompactWorld } from './compact-world.ts';
import { differencesOf } from './differences.ts';
import { resultOf } from './explore-compact.ts';
import type { Result } from './explore-compact.ts';
import { inParallel } from './in-parallel.ts';
import { readRun, recordsOf } from './run-record.ts';
import { chanceOf, seed } from './seed.ts';

const LIMIT_MS = 2_400_000;
const AT_ONCE = 3;
const randomRuns = 140;
const killsMax = 3;
const startsMax = 12;

let servers: CompactServers;
beforeAll(async () => {
  servers = await startCompactServers();
});
afterAll(async () => {
  await servers.close();
});

/** How the nth process of a run ends, unless it is done before; undefined: by itself. */
type Fate = (nth: number) => Killing | undefined;

interface Attempt {
  readonly name: string;
  readonly fate: Fate;
}

/** How many of its processes were killed. */
async function applyKilled(world: CompactWorld, fate: Fate): Promise<number> {
  let kills = 0;
  for (let nth = 1; nth <= startsMax; nth += 1) {
    const run = await readRun(world.cwd, world.name);
    const args = run === undefined ? ['apply', 'compact.yaml', '-e', 'my.env'] : ['resume'];
    const ended = await startDrctl(world.cwd, [...args, '--auto-approve'], fate(nth));
    if (ended.signal === 'SIGKILL') kills += 1;
    else if (ended.code === 0 || ended.stderr.includes('RUN_FINISHED')) return kills;
    else throw new Error(`drctl ended with ${ended.code}:\n${ended.stdout}\n${ended.stderr}`);
  }
  throw new Error(`The run in ${world.name} does not come to its end`);
}

interface Uncut {
  readonly result: Result;
  readonly records: number;
  readonly tookMs: number;
}

async function uncutRun(): Promise<Uncut> {
  const world = await openCompactWorld(servers);
  const began = performance.now();
  await applyKilled(world, () => undefined);
  const tookMs = performance.now() - began;
  const result = await resultOf(world);
  const records = (await recordsOf(world.cwd))?.length ?? 0;
  await world.close();
  return { result, records, tookMs };
}

function attempts({ records, tookMs }: Uncut): readonly Attempt[] {
  const atRecords = Array.from({ length: records }, (_none, index) => ({
    name: `record ${index + 1}`,
    fate: (nth: number) => (nth === 1 ? { append: index + 1 } : undefined),
  }));
  const atRandom = Array.from({ length: randomRuns }, (_none, index) => {
    const name = `random ${index + 1}`;
    const kills = 1 + Math.floor(chanceOf(name) * killsMax);
    const fate: Fate = (nth) =>
      nth <= kills ? { afterMs: chanceOf(`${name}, process ${nth}`) * tookMs } : undefined;
    return { name, fate };
  });
  const all = [...atRecords, ...atRandom];
  const asked = process.env['DRCTL_TEST_RUN'];
  return asked === undefined ? all : all.filter(({ name }) => new RegExp(asked).test(name));
}

it(
  'a run killed outright at any moment and resumed ends as if nobody had',
  { timeout: LIMIT_MS },
  async () => {
    const uncut = await uncutRun();
    const differences: string[] = [];
    let killedRuns = 0;
    let kills = 0;
    const all = attempts(uncut);
    await inParallel(all, AT_ONCE, async ({ name, fate }) => {
      const world = await openCompactWorld(servers);
      try {
        const count = await applyKilled(world, fate);
        kills += count;
        killedRuns += count > 0 ? 1 : 0;
        const found = differencesOf(uncut.result, await resultOf(world));
        trace(`${name}: ${count} kills, ${found.length} differences`);
        if (found.length > 0) differences.push([name, ...found].join('\n    '));
      } catch (error) {
        differences.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        await world.close();
      }
    });
    tally({
      suite: 'compact runbook, SIGKILL of the built drctl',
      kills,
      violations: 0,
      differences: differences.length,
      seed,
    });
    expect(differences, `seed ${seed}\n${differences.join('\n')}`).toEqual([]);
    expect(killedRuns).toBeGreaterThanOrEqual(Math.min(200, all.length));
  },
);
