// Finds the values that a parameter or output schema marks with `x-drctl`: targets, and what is sensitive.

import type { Json, JsonObject } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';

// Schemas are written by hand and shallow; this bound only stops one that refers to itself.
const maxDepth = 20;

/** Every string in `value` whose schema carries a mark for which `wanted` is true. */
export function markedStrings(
  schema: unknown,
  value: Json,
  wanted: (mark: string) => boolean,
): readonly string[] {
  const found: string[] = [];
  visit(schema, value, 0);
  return found;

  function visit(part: unknown, at: Json, depth: number): void {
    if (depth > maxDepth || !isRecord(part)) return;
    const mark = part['x-drctl'];
    if (typeof mark === 'string' && wanted(mark)) collectStrings(at, found);
    for (const key of ['anyOf', 'oneOf', 'allOf']) {
      const options = part[key];
      if (Array.isArray(options)) for (const option of options) visit(option, at, depth + 1);
    }
    if (Array.isArray(at)) {
      for (const item of at as readonly Json[]) visit(part['items'], item, depth + 1);
    } else if (at !== null && typeof at === 'object') {
      visitMembers(part, at as JsonObject, depth);
    }
  }

  function visitMembers(part: Readonly<Record<string, unknown>>, at: JsonObject, depth: number) {
    const properties = isRecord(part['properties']) ? part['properties'] : {};
    for (const [key, member] of Object.entries(at)) {
      visit(properties[key] ?? part['additionalProperties'], member, depth + 1);
    }
  }
}

/** Teaches the redactor the strings that the schema marks as sensitive. */
export function learnSensitive(redactor: Redactor, schema: unknown, value: Json): void {
  for (const text of markedStrings(schema, value, (mark) => mark === 'sensitive')) {
    redactor.add(text);
  }
}

function collectStrings(value: Json, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value) as readonly Json[]) collectStrings(member, into);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
