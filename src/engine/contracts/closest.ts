// Did-you-mean: the valid name nearest to a misspelt one.

import { distance } from 'fastest-levenshtein';

/** The candidate within a third of the name's length (at least 2 edits), or undefined. Ties: first in order. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
