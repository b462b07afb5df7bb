import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../src/engine/language/env-file.ts';

const outside: Readonly<Record<string, string>> = { HOME: '/home/ada', USER: 'ada', EMPTY: '' };

function read(text: string): {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
} {
  const { assignments, problems } = parseEnvFile(text, 'dr.env', (name) => outside[name]);
  const messages = (severity: string): string[] =>
    problems
      .filter((problem) => problem.severity === severity)
      .map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
  return {
    values: Object.fromEntries(assignments.map(({ name, value }) => [name, value])),
    errors: messages('error'),
    warnings: messages('warning'),
  };
}

describe('an env file', () => {
  it('of the documentation loads, and warns of the name that is assigned twice with both lines', () => {
    const text = readFileSync(new URL('fixtures/same-region.env', import.meta.url), 'utf8');
    const { values, errors, warnings } = read(text);
    expect(errors).toEqual([]);
    expect(warnings).toEqual(['38:1 AWS_ZONE_ID is assigned twice: line 38 wins over line 6']);
    expect(values).toMatchObject({
      AWS_ZONE_ID: 'Z07342811SH9AA102K1AC',
      HYPERSHIFT_IMAGE: 'quay.io/ada/hypershift:latest',
      NODE_POOL_REPLICAS: '2',
      MGMT_KUBECONFIG: '/home/ada/hypershift/hosted_clusters/ada-ada-dev/kubeconfig',
      BUCKET_NAME: 'ada-hosted-us-west-1',
    });
  });

  const words: readonly (readonly [rule: string, text: string, value: string])[] = [
    ['takes single quotes literally', `X='a $USER \\n "b"'`, 'a $USER \\n "b"'],
    ['expands in double quotes', 'X="a ${USER} b"', 'a ada b'],
    ['expands without quotes', 'X=$USER/x', 'ada/x'],
    ['joins differently quoted parts', `X=a'b c'"d"`, 'ab cd'],
    ['keeps an escaped dollar', 'X="\\$USER \\" \\\\ \\n"', '$USER " \\ \\n'],
    ['ignores a comment after a space', 'X=a # b', 'a'],
    ['keeps # inside a word', 'X=a#b', 'a#b'],
    ['accepts export', 'export X=1', '1'],
    ['joins continued lines', 'X="a\\\nb"', 'ab'],
    ['keeps line ends inside quotes', 'X="a\nb"', 'a\nb'],
    ['reads Windows line ends', 'A=1\r\nX="$A"\r\n', '1'],
    ['uses :- for empty', 'X=${EMPTY:-d}', 'd'],
    ['does not use - for empty', 'X=${EMPTY-d}', ''],
    ['uses - for undefined', 'X=${NOPE-d}', 'd'],
    ['uses + for what is set', 'X=${USER:+yes}', 'yes'],
    ['nests fallbacks and quotes', 'X="${NOPE:-"q/${ALSO_NOT:-$USER}:x"}"', 'q/ada:x'],
    ['keeps single quotes inside double ones', `X="\${NOPE:-'a'}"`, "'a'"],
    ['expands a leading ~', 'X=~/x', '/home/ada/x'],
    ['keeps a lone dollar', 'X="5$ or $5"', '5$ or $5'],
    ['lets the later of two win', 'X=1\nX=2', '2'],
    ['accepts several on a line', 'A=1 X=$A; B=2', '1'],
    ['accepts an empty value', 'X=', ''],
  ];
  it.each(words)('%s', (_rule, text, value) => {
    const { values, errors } = read(text);
    expect(errors).toEqual([]);
    expect(values['X']).toBe(value);
  });

  it('warns of a name that is not defined, and only where its value is used', () => {
    expect(read('X=$NOPE').warnings).toEqual([
      '1:3 NOPE is not defined, so it counts as empty in X',
    ]);
    expect(read('X=${USER:-$NOPE}').warnings).toEqual([]);
  });

  const refused: readonly (readonly [text: string, message: string])[] = [
    ['X=$(date)', 'A command substitution is refused: env files are read, never executed'],
    ['X="`date`"', 'A command substitution is refused: env files are read, never executed'],
    ['X="${Y:-$(date)}"', 'A command substitution is refused: env files are read, never executed'],
    ['X="abc', 'A double quote " is not closed'],
    ["X='abc", "A single quote ' is not closed"],
    ['X=${Y', 'This form of ${…} is not supported'],
    ['X=${Y:-a', '"${" is not closed'],
    ['X=${Y//a/b}', 'This form of ${…} is not supported'],
    ['X=two words', 'Something unexpected stands after a value'],
    ['source other.env', '"source" is not an assignment'],
    ['X = 1', '"X" is not an assignment'],
    ['X=a|b', '"|" needs quotes'],
  ];
  it.each(refused)('refuses %s with its place, and reads the next line', (text, message) => {
    const { values, errors } = read(`${text}\nNEXT=1`);
    expect(errors[0]).toContain(message);
    expect(values['NEXT']).toBe('1');
  });

  it.each([
    'TOKEN="hunter2-secret',
    'TOKEN=first hunter2-secret',
    'TOKEN=hunter2-secret|x',
    'TOKEN=hunter2-secret$(x)',
    'TOKEN="first\nhunter2-secret$(x)"',
    'KEY=-----BEGIN\nhunter2/secret0123456789\n',
  ])('shows nothing of a value that is written wrongly: %j', (text) => {
    const { problems } = parseEnvFile(text, 'dr.env', () => undefined);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('lets an override reach the values that are built from it', () => {
    const { assignments } = parseEnvFile(
      'REGION=us-west-1\nBUCKET=b-$REGION',
      'dr.env',
      () => undefined,
      (name) => (name === 'REGION' ? 'eu-west-1' : undefined),
    );
    expect(assignments.at(-1)?.value).toBe('b-eu-west-1');
  });

  it('ends doubling values with an error instead of filling the memory', () => {
    const doubling = Array.from({ length: 60 }, (_, n) => `A${n + 1}=$A${n}$A${n}`).join('\n');
    expect(read(`A0=xxxxxxxxxx\n${doubling}`).errors.join()).toContain('longer than');
  });

  it('never throws, whatever the bytes', () => {
    const shellish = fc
      .array(
        fc.constantFrom(
          'A=',
          '$',
          '{',
          '}',
          '"',
          "'",
          '\\',
          ':-',
          '`',
          '(',
          '\n',
          ' ',
          '#',
          'x',
          '${A',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), shellish), (text) => {
        expect(Array.isArray(parseEnvFile(text, 'f', () => undefined).problems)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back any value that was written in single quotes', () => {
    const value = fc.string({ unit: 'binary' }).filter((text) => !/[\r\uFEFF]/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        const written = `X='${text.replaceAll("'", `'\\''`)}'`;
        expect(read(written).values['X']).toBe(text);
      }),
    );
  });
});
