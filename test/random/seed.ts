// Random tests that can be told again: the seed comes from DRCTL_TEST_SEED or from the clock, and is printed.

import * as fc from 'fast-check';

const given = process.env['DRCTL_TEST_SEED'];

export const seed =
  given === undefined || given === '' ? Date.now() % 2_147_483_647 : Number.parseInt(given, 10);

process.stderr.write(`Random inputs are made from DRCTL_TEST_SEED=${seed}\n`);

/** For every fc.assert of a suite. */
export function runs(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed, numRuns };
}

/** Text that no editor would write: NUL, BOM, CRLF, lone surrogates, names that JavaScript knows. */
export const odd: fc.Arbitrary<string> = fc.constantFrom(
  '\u0000',
  '\uFEFF',
  '\r\n',
  '\r',
  '\uD800',
  '\uDFFF',
  '__proto__',
  'constructor',
  'toString',
  '1e999',
  '-0',
  '9007199254740993',
  '0x7fffffffffffffffffff',
  '\u2028',
  '\u001B[31m',
  '{{',
  '${',
  '"',
  "'",
  '\\',
  '\n',
  ': ',
  '- ',
  '&a ',
  '*a',
  '!!binary ',
  '<<: *a',
  '{',
  '[',
  ']',
  '}',
  ',',
  '\t',
);

/** A valid text with pieces cut out, put in, doubled and moved. */
export function mutated(valid: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(valid.length),
    cut: fc.oneof(fc.nat(8), fc.nat(valid.length)),
    put: fc.oneof(odd, fc.string({ maxLength: 5, unit: 'binary' }), fc.constant('')),
    twice: fc.boolean(),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) =>
    edits.reduce((text, { at, cut, put, twice }) => {
      const piece = twice ? text.slice(at, at + cut) : '';
      return text.slice(0, at) + piece + put + text.slice(at + cut);
    }, valid),
  );
}

const leaf: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '__proto__',
  '\u0000',
  [],
  {},
  [null],
  { __proto__: null, constructor: 1 },
  { type: 'x' },
);

/** A valid document in which some values are other ones, are gone, or have a name too many beside them. */
export function mutatedJson(valid: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(valid, []);
  const edit = fc.record({
    at: fc.constantFrom(...places),
    to: leaf,
    how: fc.constantFrom('set', 'remove', 'add'),
  });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    const copy = { root: structuredClone(valid) };
    for (const { at, to, how } of edits) change(copy, ['root', ...at], { to, how });
    return copy.root;
  });
}

type Key = string | number;

function placesIn(value: unknown, at: readonly Key[]): readonly (readonly Key[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inside = Object.entries(value).flatMap(([key, child]) => placesIn(child, [...at, key]));
  return [at, ...inside];
}

function change(
  document: object,
  at: readonly Key[],
  { to, how }: { readonly to: unknown; readonly how: string },
): void {
  let holder = document as Record<Key, unknown>;
  for (const key of at.slice(0, -1)) {
    const next = holder[key];
    if (typeof next !== 'object' || next === null) return;
    holder = next as Record<Key, unknown>;
  }
  const last = at.at(-1) ?? 'root';
  if (how === 'remove') delete holder[last];
  else if (how === 'add')
    Object.defineProperty(holder, '__proto__', { value: to, enumerable: true, configurable: true });
  else holder[last] = structuredClone(to);
}
