// Walks a JSON Schema beside a value: which sub-schemas speak of a property or an item. Unions count with all their
// branches, since only validation can tell which one applies.

import type { Json, JsonObject } from '../contracts/json.ts';

const flattened = new WeakMap<JsonObject, readonly JsonObject[]>();

/** The schemas, after unions and intersections are taken apart. Bounded: schemas of actions are finite trees. */
export function flattenSchema(schema: Json | undefined): readonly JsonObject[] {
  if (!isObject(schema)) return [];
  // A schema never changes, and is walked once for each step that it speaks of.
  const known = flattened.get(schema) ?? takenApart(schema);
  flattened.set(schema, known);
  return known;
}

function takenApart(schema: JsonObject): readonly JsonObject[] {
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(schema[key]));
  return [schema, ...parts.flatMap(flattenSchema)];
}

/** The schemas that apply to `value[key]`. */
export function childSchemas(schemas: readonly JsonObject[], key: string | number): JsonObject[] {
  return schemas.flatMap((schema) => {
    if (typeof key === 'number') {
      const fixed = listOf(schema['prefixItems'])[key];
      return flattenSchema(fixed ?? schema['items']);
    }
    const properties = schema['properties'];
    if (isObject(properties) && Object.hasOwn(properties, key)) {
      return flattenSchema(properties[key]);
    }
    const patterns = schema['patternProperties'];
    const byPattern = isObject(patterns)
      ? Object.entries(patterns).find(([pattern]) => new RegExp(pattern, 'u').test(key))
      : undefined;
    return flattenSchema(byPattern?.[1] ?? schema['additionalProperties']);
  });
}

/** The marker of contracts/schema-types.ts, where one of the schemas has it. */
export function markerOf(schemas: readonly JsonObject[]): string | undefined {
  for (const schema of schemas) {
    const marker = schema['x-drctl'];
    if (typeof marker === 'string') return marker;
  }
  return undefined;
}

export interface MarkedString {
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly marker: string | undefined;
}

/** Every string in `value`, with the marker that the schema puts on its place. */
export function stringsWithMarkers(value: Json, schema: Json): readonly MarkedString[] {
  const found: MarkedString[] = [];
  const walk = (at: Json, schemas: readonly JsonObject[], path: (string | number)[]): void => {
    if (typeof at === 'string') {
      found.push({ path, text: at, marker: markerOf(schemas) });
    } else if (Array.isArray(at)) {
      for (const [index, item] of (at as readonly Json[]).entries()) {
        walk(item, childSchemas(schemas, index), [...path, index]);
      }
    } else if (isObject(at)) {
      for (const [key, item] of Object.entries(at)) {
        walk(item, childSchemas(schemas, key), [...path, key]);
      }
    }
  };
  walk(value, flattenSchema(schema), []);
  return found;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
