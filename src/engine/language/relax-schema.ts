// Schemas as runbooks are written against: where a rendered value may be anything but free text, the runbook may hold a
// template instead, which is always a string. Used by the loader and in the published schema alike.

import type { Json, JsonObject } from '../contracts/json.ts';
import { templateBranch } from './schema-problems.ts';
import { isObject } from './schema-walk.ts';

const template: JsonObject = { type: 'string', pattern: '\\{\\{', 'x-drctl': templateBranch };

/** Of JSON Schema's keywords, those that hold schemas. */
const schemaKeywords = new Set([
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
]);
const schemaMaps = new Set(['properties', 'patternProperties', '$defs']);
const schemaLists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

export function relaxSchema(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const relaxed = relaxInside(schema);
  if (!needsTemplate(schema)) return relaxed;
  const { anyOf, description, default: byDefault, ...rest } = relaxed;
  const annotations = {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
  };
  // A union gets one more branch; anything else becomes a union.
  if (Array.isArray(anyOf) && Object.keys(rest).length === 0) {
    return { ...annotations, anyOf: [...(anyOf as readonly Json[]), template] };
  }
  return {
    ...annotations,
    anyOf: [{ ...rest, ...(anyOf === undefined ? {} : { anyOf }) }, template],
  };
}

/** The root of a step's `with` is never a template, so only what is inside is relaxed. */
export function relaxInside(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, Json] => {
      if (schemaKeywords.has(keyword)) return [keyword, relaxSchema(value)];
      if (schemaMaps.has(keyword) && isObject(value)) {
        return [
          keyword,
          Object.fromEntries(
            Object.entries(value).map(([name, inner]) => [name, relaxSchema(inner)]),
          ),
        ];
      }
      if (schemaLists.has(keyword) && Array.isArray(value)) {
        // The union around a branch gets the template, not each branch.
        const relaxBranch = (branch: Json): Json =>
          isObject(branch) ? relaxInside(branch) : branch;
        return [keyword, (value as readonly Json[]).map(relaxBranch)];
      }
      return [keyword, value];
    }),
  );
}

function needsTemplate(schema: JsonObject): boolean {
  // CEL is not rendered, so a template there is a mistake.
  if (schema['x-drctl'] === 'cel') return false;
  if (['anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined)) return true;
  if (schema['enum'] !== undefined || schema['const'] !== undefined) return true;
  const { type } = schema;
  if (type === undefined) return false;
  const mayBeText = Array.isArray(type) ? type.includes('string') : type === 'string';
  if (!mayBeText) return true;
  return ['pattern', 'format', 'maxLength'].some((keyword) => schema[keyword] !== undefined);
}
