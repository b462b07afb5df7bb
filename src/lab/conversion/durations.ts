// Durations: the older version has Go's text ("10m0s"), the newer one whole seconds.

import { textOf, type Json } from './paths.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/** Parts of a second are dropped, as Cluster API does. */
export function secondsOf(value: Json): Json {
  const text = textOf(value);
  if (text === '0') return 0;
  if (!/^[+-]?(?:\d+(?:\.\d*)?(?:h|ms|m|s|us|µs|ns))+$/.test(text)) {
    throw new Error(`${JSON.stringify(value)} is no duration`);
  }
  let seconds = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)) {
    seconds += Number(number) * (UNIT_SECONDS[unit] ?? 0);
  }
  return Math.trunc(text.startsWith('-') ? -seconds : seconds);
}

/** As Go writes it: the units from the largest that is there down to seconds. */
export function durationOf(value: Json): Json {
  const seconds = Number(value);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
