// JSON ↔ the values that the CEL library computes with. Whole JSON numbers become CEL ints, so that `replicas + 1` and
// `size(list) == replicas` read as people expect; results come back as plain JSON numbers.

import { Optional } from '@marcbachmann/cel-js';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

/** JSON is read-only everywhere in drctl, so what a large object was turned into once can be used again. */
const converted = new WeakMap<object, unknown>();

export function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const result = Array.isArray(value)
    ? (value as readonly Json[]).map(toCel)
    : Object.fromEntries(
        Object.entries(value as JsonObject).map(([key, item]) => [key, toCel(item)]),
      );
  converted.set(value, result);
  return result;
}

/** Throws VALUE_UNRESOLVED for what has no JSON form (a type, a function). */
export function fromCel(value: unknown): Json {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new DrctlError('VALUE_UNRESOLVED', `An expression gives ${value}, which is no JSON`);
    case 'object':
      return fromObject(value);
    default:
      throw new DrctlError('VALUE_UNRESOLVED', 'An expression gives a value that is no JSON');
  }
}

function fromObject(value: object | null): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Optional) return value.hasValue() ? fromCel(value.value()) : null;
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
    const primitive: unknown = value.valueOf();
    if (typeof primitive === 'bigint') return Number(primitive);
    throw new DrctlError('VALUE_UNRESOLVED', 'An expression gives a value that is no JSON', {
      hint: 'Turn it into text or a number: string(…), int(…)',
    });
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
}
