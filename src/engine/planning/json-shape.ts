// Whether a JSON text is of a shape that can be worked on safely, whoever wrote it: what walks a value recurses, and at the
// end of the stack Node may not throw but abort the whole process.

import type { Json } from '../contracts/json.ts';

/** More than any plan has, and far from the end of the stack. */
const levelsMax = 200;

/** Told by the text alone, before it is parsed. Never throws, whatever the text is. */
export function isNestedTooDeeply(text: string): boolean {
  let levels = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isInString) {
      if (char === '\\') at += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === '{' || char === '[') levels += 1;
    else if (char === '}' || char === ']') levels -= 1;
    if (levels > levelsMax) return true;
  }
  return false;
}

/** A key by which assignments would reach what all objects have in common; undefined: there is none. */
export function oddKey(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return '__proto__';
  for (const member of Object.values(value as object) as Json[]) {
    const found = oddKey(member);
    if (found !== undefined) return found;
  }
  return undefined;
}
