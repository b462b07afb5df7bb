// Chance that can be repeated: the seed is printed in CI's table, and DRCTL_TEST_SEED sets it.

import { createHash, randomInt } from 'node:crypto';

const seedsMax = 1_000_000;

export const seed = Number(process.env['DRCTL_TEST_SEED'] ?? randomInt(seedsMax));

/** A number from 0 up to 1, the same for the same seed and name. */
export function chanceOf(name: string): number {
  const digest = createHash('sha256').update(`${seed} ${name}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

/** About one of so many names. */
export function chosenBySeed(name: string, oneOf: number): boolean {
  return chanceOf(name) < 1 / oneOf;
}
