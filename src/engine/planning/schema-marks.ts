// Finds the values that a parameter or output schema marks with `x-drctl`: targets, and what is sensitive.

import type { Json, JsonObject } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';
import { childSchemas, flattenSchema } from '../language/schema-walk.ts';

/** Every string in `value` whose schema, or that of something around it, carries a mark for which `wanted` is true. */
export function markedStrings(
  schema: unknown,
  value: Json,
  wanted: (mark: string) => boolean,
): readonly string[] {
  const found = new Set<string>();
  const isMarked = ({ 'x-drctl': mark }: JsonObject): boolean =>
    typeof mark === 'string' && wanted(mark);
  const walk = (at: Json, schemas: readonly JsonObject[], isWanted: boolean): void => {
    const takes = isWanted || schemas.some(isMarked);
    if (typeof at === 'string') {
      if (takes) found.add(at);
    } else if (Array.isArray(at)) {
      for (const [index, item] of (at as readonly Json[]).entries()) {
        walk(item, childSchemas(schemas, index), takes);
      }
    } else if (at !== null && typeof at === 'object') {
      for (const [key, member] of Object.entries(at)) {
        walk(member, childSchemas(schemas, key), takes);
      }
    }
  };
  walk(value, flattenSchema(schema as Json), false);
  return [...found];
}

/** Teaches the redactor the strings that the schema marks as sensitive. */
export function learnSensitive(redactor: Redactor, schema: unknown, value: Json): void {
  for (const text of markedStrings(schema, value, (mark) => mark === 'sensitive')) {
    redactor.add(text);
  }
}
