import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/engine/contracts/json.ts';
import { readJsonSource } from '../../../src/engine/language/source-json.ts';
import { parseSource } from '../../../src/engine/language/source-document.ts';
import type { DocumentPath } from '../../../src/engine/language/source-document.ts';

const anyText = fc.string({ unit: 'binary' });
const anyJson = fc.object({
  key: anyText,
  values: [
    anyText,
    fc.integer(),
    fc.integer().map((n) => n / 8),
    fc.boolean(),
    fc.constantFrom(null, '<<', 'null', '~', '12', '---'),
  ],
}) as fc.Arbitrary<Json>;

function pathsIn(value: Json): readonly DocumentPath[] {
  if (value === null || typeof value !== 'object') return [[]];
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()]
    : Object.entries(value);
  return [[], ...entries.flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path]))];
}

/** A comment makes it YAML that is no JSON; everything else stays where it was. */
const asYaml = (text: string) => parseSource(`${text}\n# not JSON`, 'r.yaml');

describe('A file that is JSON', () => {
  it('means the same to both parsers, each key and value at the same place', () => {
    let read = 0;
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (readJsonSource(text, 10_000) === undefined) return;
        read += 1;
        const [json, yaml] = [parseSource(text, 'r.yaml'), asYaml(text)];
        expect(yaml.problems).toEqual([]);
        expect(json.document.value).toEqual(yaml.document.value);
        for (const path of pathsIn(value)) {
          for (const part of ['key', 'value'] as const) {
            expect(json.document.range(path, part)).toEqual(yaml.document.range(path, part));
          }
        }
      }),
    );
    expect(read).toBeGreaterThan(20);
  });

  it.each([
    ['a key that is given twice', '{"a": 1, "a": 2}'],
    ['a number that only one of them reads exactly', '{"a": 12345678901234567890}'],
    ['a number with an exponent', '{"a": 1e400}'],
    ['a key that YAML takes for too long', JSON.stringify({ ['k'.repeat(2_000)]: 1 })],
    ['a tab', '{\t"a": 1}'],
    ['what is nested deeply', `{"a": ${'['.repeat(150)}${']'.repeat(150)}}`],
    ['more values than are allowed', JSON.stringify({ a: Array.from({ length: 200 }, () => 1) })],
    ['no JSON at all', '{a: 1}'],
  ])('is left to the YAML parser with %s', (_, text) => {
    expect(readJsonSource(text, 100)).toBeUndefined();
  });

  it('is told about a key that is given twice as in any other file', () => {
    const { problems } = parseSource('{"a": 1, "a": 2}', 'r.yaml');
    expect(problems).toMatchObject([{ message: 'The key is given twice', at: { line: 1 } }]);
  });
});
