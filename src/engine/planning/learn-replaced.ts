// What a secret takes the place of is most likely a secret too: the password before this one. It is in no value that the
// runbook was given, so the redactor learns it here, before anything is shown or journaled.

import type { Change } from '../contracts/change.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';

/** Teaches the redactor the strings that would become, or have been, something that it hides. */
export function learnReplaced(redactor: Redactor, changes: readonly Change[]): void {
  for (const change of changes) {
    if (!('fields' in change)) continue;
    for (const { before, after } of change.fields) {
      for (const text of replaced(redactor, before, after)) redactor.add(text);
    }
  }
}

function replaced(
  redactor: Redactor,
  before: Json | undefined,
  after: Json | undefined,
): readonly string[] {
  if (before === undefined || after === undefined || before === null || after === null) return [];
  if (typeof after !== 'object') {
    return typeof before === 'object' || redactor.mask(after) === after ? [] : [String(before)];
  }
  if (typeof before !== 'object') return [];
  return Object.entries(after as JsonObject).flatMap(([key, value]) =>
    Object.hasOwn(before, key) ? replaced(redactor, (before as JsonObject)[key], value) : [],
  );
}
