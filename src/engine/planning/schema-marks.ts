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
  const mayHoldSome = (part: JsonObject): boolean => marksIn(part).some(wanted);
  const walk = (at: Json, schemas: readonly JsonObject[], isWanted: boolean): void => {
    const takes = isWanted || schemas.some(isMarked);
    // Most schemas hold no such mark, and values may be lists of very many items.
    if (!takes && !schemas.some(mayHoldSome)) return;
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

const marksOf = new WeakMap<object, readonly string[]>();

/** All marks anywhere in a schema. */
function marksIn(schema: Json): readonly string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const known = marksOf.get(schema);
  if (known !== undefined) return known;
  const mark = (schema as JsonObject)['x-drctl'];
  const own = typeof mark === 'string' ? [mark] : [];
  const found = [...new Set([...own, ...Object.values(schema).flatMap(marksIn)])];
  marksOf.set(schema, found);
  return found;
}

/** Teaches the redactor the strings that the schema marks as sensitive. */
export function learnSensitive(redactor: Redactor, schema: unknown, value: Json): void {
  for (const text of markedStrings(schema, value, (mark) => mark === 'sensitive')) {
    redactor.add(text);
  }
}
