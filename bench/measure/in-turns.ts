// Two sides measured in turns, so that whatever else the machine does falls on both.

import { median } from './median.ts';

/** Does the work once, and gives its figure (seconds, MiB, …). */
export type Side = () => Promise<number>;

/**
 * One unmeasured round to warm caches, then `rounds` of each side, in turns; every second round the other side begins.
 * @returns the medians of both sides
 */
export async function inTurns(
  rounds: number,
  ours: Side,
  theirs: Side,
): Promise<{ ours: number; theirs: number; rounds: number }> {
  const figures: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round++) {
    const one = { ours: 0, theirs: 0 };
    const order = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const side of order) one[side] = await (side === 'ours' ? ours() : theirs());
    if (round === 0) continue;
    figures.ours.push(one.ours);
    figures.theirs.push(one.theirs);
  }
  return { ours: median(figures.ours), theirs: median(figures.theirs), rounds };
}

/** The median of one side alone, after one unmeasured round. */
export async function alone(rounds: number, side: Side): Promise<number> {
  const figures: number[] = [];
  await side();
  for (let round = 0; round < rounds; round++) figures.push(await side());
  return median(figures);
}

/** The seconds that the work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e9;
}
