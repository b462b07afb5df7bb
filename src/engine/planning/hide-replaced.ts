// What a secret takes the place of is most likely a secret too: the password before this one. It is in no value that the
// runbook was given, so it is hidden here, before anything is shown or journaled.

import { hiddenText } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';

/** A shorter text is likely a word of everybody's, "default": hidden everywhere it would make a run unreadable. */
const learntLength = 8;

/** The changes without what would become something that the redactor hides; it learns the longer of those texts. */
export function hideReplaced(redactor: Redactor, changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => {
    if (!('fields' in change)) return change;
    const fields = change.fields.map((field) => {
      const { before, after } = field;
      if (before === undefined || after === undefined) return field;
      const hidden = hide(redactor, before, after);
      return hidden === before ? field : { ...field, before: hidden };
    });
    return { ...change, fields };
  });
}

function hide(redactor: Redactor, before: Json, after: Json): Json {
  if (before === null || after === null) return before;
  if (typeof after !== 'object') {
    if (typeof before === 'object' || redactor.mask(after) === after) return before;
    if (typeof before === 'string' && before.length >= learntLength) redactor.add(before);
    return hiddenText;
  }
  if (typeof before !== 'object' || Array.isArray(before) !== Array.isArray(after)) return before;
  if (Array.isArray(before)) {
    const beside = after as readonly Json[];
    return (before as readonly Json[]).map((item, at) => hide(redactor, item, beside[at] ?? null));
  }
  return Object.fromEntries(
    Object.entries(before as JsonObject).map(([key, item]) => [
      key,
      hide(redactor, item, (after as JsonObject)[key] ?? null),
    ]),
  );
}
