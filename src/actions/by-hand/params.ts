// Parameters as far as they are known: a document is written before anything has run.

import type { Json, JsonObject } from '../../engine/index.ts';

/** What a person would have to find out stands in angle brackets. */
export const text = (params: JsonObject, name: string): string =>
  given(params, name) ?? `<${name}>`;

export function given(params: JsonObject, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function texts(params: JsonObject, name: string): readonly string[] {
  const value = params[name];
  if (Array.isArray(value)) return value.map(String);
  const one = given(params, name);
  return one === undefined ? [] : [one];
}

export const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];
