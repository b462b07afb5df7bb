// The functions that runbooks have in CEL beyond the library's own (which follow the CEL specification). One table,
// for the evaluator and for the generated docs. All are pure.

import type { RE2JS } from 're2js';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import { DrctlError } from '../contracts/errors.ts';
import { compileRe2 } from './re2.ts';

type CelNumber = bigint | number;

export interface CelFunction {
  /** As cel-js declares it: "receiver.name(types): type". */
  readonly signature: string;
  readonly usage: string;
  readonly summary: string;
  readonly handler: (...args: never[]) => unknown;
}

/**
 * `matches` of the library uses JavaScript's backtracking expressions, which a pattern such as "(a+)+$" can hang for
 * hours. The specification asks for RE2, which takes linear time; the evaluator puts this name, of the same length, in
 * place of the other.
 */
export const linearMatches = 're2find';

const maxPatternLength = 1_000;
const code: ErrorCode = 'VALUE_UNRESOLVED';

export const celFunctions: readonly CelFunction[] = [
  {
    signature: `string.${linearMatches}(string): bool`,
    usage: 'text.matches(pattern)',
    summary: 'Whether an RE2 regular expression matches anywhere in the text',
    handler: (text: string, pattern: string) => compilePattern(pattern).matcher(text).find(),
  },
  {
    signature: 'string.replace(string, string): string',
    usage: 'text.replace(from, to)',
    summary: 'The text with every occurrence of `from` (plain text) replaced',
    handler: (text: string, from: string, to: string) => text.replaceAll(from, () => to),
  },
  {
    signature: 'list<dyn>.sum(): dyn',
    usage: 'list.sum()',
    summary: 'The sum of a list of numbers; 0 for an empty list',
    handler: (list: readonly unknown[]) => sum(list),
  },
  {
    signature: 'list<dyn>.sort(): list<dyn>',
    usage: 'list.sort()',
    summary: 'A list of strings or of numbers in ascending order',
    handler: (list: readonly (string | CelNumber)[]) => list.toSorted(compare),
  },
  {
    signature: 'list<dyn>.distinct(): list<dyn>',
    usage: 'list.distinct()',
    summary: 'A list of strings or numbers, each once, in the order of their first occurrence',
    handler: (list: readonly unknown[]) => [...new Set(list)],
  },
  {
    signature: 'hasKey(dyn, string): bool',
    usage: 'hasKey(map, key)',
    summary: 'Whether a map has a key: has() for keys that are no names',
    handler: (map: unknown, key: string) =>
      typeof map === 'object' && map !== null && Object.hasOwn(map, key),
  },
  {
    signature: 'quantity(dyn): double',
    usage: 'quantity("8Gi")',
    summary:
      'A Kubernetes quantity as a number: quantity("8Gi") == 8589934592.0, quantity("500m") == 0.5',
    handler: (value: string | CelNumber) => quantity(value),
  },
];

/** Throws VALUE_UNRESOLVED for a pattern that is not RE2. */
export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > maxPatternLength) {
    throw new DrctlError(
      code,
      `A regular expression is longer than ${maxPatternLength} characters`,
    );
  }
  try {
    return compileRe2(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DrctlError(code, `"${pattern}" is not a regular expression: ${why}`, {
      cause,
      hint: 'Patterns are RE2: no lookahead, no backreferences',
    });
  }
}

function sum(list: readonly unknown[]): CelNumber {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((a, b) => a + b, 0n);
  return list.reduce<number>((total, item) => {
    if (typeof item !== 'number' && typeof item !== 'bigint') {
      throw new DrctlError(code, `sum() takes numbers, not ${typeof item}`);
    }
    return total + Number(item);
  }, 0);
}

function compare(a: string | CelNumber, b: string | CelNumber): number {
  if ((typeof a === 'string') !== (typeof b === 'string')) {
    throw new DrctlError(code, 'sort() takes a list of strings or a list of numbers, not both');
  }
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

function quantity(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  const found =
    typeof value === 'string'
      ? /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([KMGTPE]i|[numkMGTPE])?$/.exec(value)
      : null;
  const factor = suffixes[found?.[2] ?? ''];
  if (found === null || factor === undefined) {
    throw new DrctlError(code, `${JSON.stringify(value)} is not a Kubernetes quantity`);
  }
  return Number(found[1]) * factor;
}
