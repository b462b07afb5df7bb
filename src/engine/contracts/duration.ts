// Durations as people write them in runbooks: "90s", "1h30m".

import { DrctlError } from './errors.ts';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a timer takes, 31 bits of milliseconds, is a little more than this; a longer one would end at once. */
const daysMax = 24;

/** Milliseconds. Throws PARAMS_INVALID for anything but a sequence of number and unit (ms, s, m, h, d), and for more than 24 days. */
export function parseDuration(text: string): number {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) {
    throw new DrctlError('PARAMS_INVALID', `"${text}" is not a duration`, {
      hint: 'Write a number and a unit, for example 90s, 5m or 1h30m',
    });
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  if (total <= daysMax * unitMs.d) return total;
  throw new DrctlError('PARAMS_INVALID', `"${text}" is longer than ${daysMax} days`);
}

/** "350ms", "12s", "3m 20s", "1h 5m": two units at most, for people. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
}
