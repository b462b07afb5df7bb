// What the suites about random inputs share: how an input ended, and texts that break readers which were not thought
// about.

import { expect } from 'vitest';
import { DrctlError, errorCatalogue } from '../../src/engine/index.ts';
import type { JournalRecord } from '../../src/engine/index.ts';

let inputs = 0;
/** Of one input: a hundred times what the slowest takes on a machine that has nothing else to do. */
export const INPUT_LIMIT_MS = 20_000;

/** How many inputs this file has tried. */
export function inputsTried(): number {
  return inputs;
}

/** The code of a DrctlError, or "fine"; any other error fails the test, and so does one that takes too long. */
export async function outcomeOf(work: () => unknown): Promise<string> {
  inputs += 1;
  const began = performance.now();
  const code = await codeOf(work);
  expect(performance.now() - began).toBeLessThan(INPUT_LIMIT_MS);
  return code;
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'fine';
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    if (!Object.hasOwn(errorCatalogue, error.code) || error.message === '') {
      throw new Error(`${error.code} says nothing`, { cause: error });
    }
    return error.code;
  }
}

export async function drain(records: AsyncIterable<JournalRecord>): Promise<JournalRecord[]> {
  const all: JournalRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

export async function* once(bytes: string | Uint8Array): AsyncIterable<Uint8Array> {
  yield Buffer.from(bytes);
}

const bomb = `${Array.from({ length: 12 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x, x, x, x, x, x, x, x]'
    : `a${level}: &a${level} [${Array.from({ length: 8 }, () => `*a${level - 1}`).join(', ')}]`,
).join('\n')}\n`;
const deep = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);
const longLine = 'x'.repeat(10 * 1024 * 1024);

/** What breaks readers that were not thought about, around something valid. */
export function extremes(valid: string): readonly string[] {
  return [
    '',
    '\u0000',
    `\uFEFF${valid}`,
    valid.replaceAll('\n', '\r\n'),
    valid.replaceAll('\n', '\r'),
    `${valid}\uD800`,
    bomb,
    valid + bomb,
    deep('[', ']', 20_000),
    deep('{"a":', '}', 20_000),
    `a: ${deep('[', ']', 5_000)}`,
    deep('- ', '', 5_000),
    Array.from({ length: 3_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    longLine,
    `a: "${longLine}"`,
    `${valid}\n# ${longLine}`,
    `${valid}\n__proto__: { x: 1 }`,
    '{"__proto__": {"x": 1}, "constructor": {"prototype": {}}}',
    `n: ${'9'.repeat(10_000)}`,
    'n: 1e999999999',
    '"\\uD800"',
  ];
}
