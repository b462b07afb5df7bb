// A value that is made of a secret is one too: its upper case, a part of it, the name at the end of a signed URL.

import type { Json, JsonObject } from '../contracts/json.ts';
import type { Secrets } from '../contracts/runbook.ts';

/** A shorter text gives little away, and masked everywhere it would make all output unreadable. */
const SHORTEST = 4;

/**
 * Teaches the texts in `made` when one of the texts in `of` holds a secret, but for those that were among them, and those
 * that show the secret itself, which is masked in them already.
 */
export function learnDerived(
  secrets: Secrets | undefined,
  of: readonly (Json | undefined)[],
  made: Json,
): void {
  if (secrets === undefined) return;
  const given = of.flatMap(textsIn);
  if (!given.some((text) => secrets.maskText(text) !== text)) return;
  const known = new Set(given);
  for (const text of textsIn(made)) {
    const isNew = !known.has(text) && secrets.maskText(text) === text;
    if (isNew && text.length >= SHORTEST) secrets.add(text);
  }
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value as JsonObject).flatMap(textsIn);
}
