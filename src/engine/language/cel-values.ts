// JSON ↔ the values that the CEL library computes with. Whole JSON numbers become CEL ints, so that `replicas + 1` and
// `size(list) == replicas` read as people expect; results come back as plain JSON numbers.

import { Optional } from '@marcbachmann/cel-js';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

export function toCel(value: Json): unknown {
  return convert(value, toCel);
}

/** Values of the scope never change, and the same ones are seen by every expression of a run. */
const converted = new WeakMap<object, unknown>();

/** As `toCel`, done once for each object. Only for values that nobody changes in place. */
export function toCelOnce(value: Json): unknown {
  if (value === null || typeof value !== 'object') return convert(value, toCelOnce);
  const known = converted.get(value);
  if (known !== undefined) return known;
  const result = convert(value, toCelOnce);
  converted.set(value, result);
  return result;
}

function convert(value: Json, inner: (value: Json) => unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(inner);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, inner(item)]),
  );
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
