// Digests depend on what a value means, and on all of it.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, digestEnv, digestJson } from '../../../src/engine/index.ts';
import type { EnvValue, Json, JsonObject } from '../../../src/engine/index.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

it('does not depend on the order of keys, at any depth', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(digestJson(reversed(value))).toBe(digestJson(value));
    }),
  );
});

it('differs for values that differ', () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      const isSame = canonicalJson(one) === canonicalJson(other);
      expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
      expect(digestJson(one) === digestJson(other)).toBe(isSame);
    }),
  );
});

it('is the SHA-256 of the canonical text, so that other tools can compute it', () => {
  expect(canonicalJson({ b: [1, null], a: { d: 'ü', c: true } })).toBe(
    '{"a":{"c":true,"d":"ü"},"b":[1,null]}',
  );
  expect(digestJson({})).toBe(
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  );
});

it('of an env covers every value that is not sensitive, given or not, and no sensitive one', () => {
  const base = digestEnv([envValue('A', 1), envValue('B', undefined), envValue('S', 'x', true)]);
  expect(digestEnv([envValue('B', undefined), envValue('S', 'y', true), envValue('A', 1)])).toBe(
    base,
  );
  expect(
    digestEnv([envValue('A', 2), envValue('B', undefined), envValue('S', 'x', true)]),
  ).not.toBe(base);
  expect(digestEnv([envValue('A', 1), envValue('B', 2), envValue('S', 'x', true)])).not.toBe(base);
});

function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed);
  const entries = Object.entries(value as JsonObject).toReversed();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
}

function envValue(name: string, given: Json | undefined, sensitive = false): EnvValue {
  return { name, value: given, sensitive, origin: { from: 'set' } };
}
