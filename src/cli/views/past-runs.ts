// "Takes: 12m to 14m, the hosted API is away for 3m (2 earlier runs, the last one on 2026-11-02)".

import { counted, formatDuration } from '../../engine/index.ts';
import type { PastRun } from '../../engine/index.ts';
import type { Style } from '../style.ts';

/** Nothing where nobody looked. */
export function pastRunLines(
  past: readonly PastRun[] | undefined,
  style: Style,
): readonly string[] {
  if (past === undefined) return [];
  const head = style.bold('Takes:');
  const [newest] = past;
  if (newest === undefined) {
    return [`${head} not known: the state has no earlier run that went through without a stop`];
  }
  const titles = new Set(past.flatMap(({ outages }) => outages.map(({ title }) => title)));
  const away = [...titles].map((title) => {
    const took = past.flatMap(({ outages }) => outages.filter((one) => one.title === title));
    return `, ${title} for ${spanOf(took)}`;
  });
  const last = newest.endedAt.slice(0, 'YYYY-MM-DD'.length);
  const from = `(${counted(past.length, 'earlier run')}, the last one on ${last})`;
  return [`${head} ${spanOf(past)}${away.join('')} ${style.dim(from)}`];
}

/** "3m", "3m to 4m". */
function spanOf(took: readonly { readonly tookMs: number }[]): string {
  const all = took.map(({ tookMs }) => tookMs);
  const [least, most] = [Math.min(...all), Math.max(...all)].map(formatDuration);
  return least === most ? `${least}` : `${least} to ${most}`;
}
