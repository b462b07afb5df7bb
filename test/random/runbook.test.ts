// A runbook, what it includes, its env file and its durations: whatever is in it, drctl gets a value or a DrctlError of the catalogue, in bounded time: never a TypeError,
// never a RangeError, never a hang. Told again with DRCTL_TEST_SEED.

import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { header as runbookHeader, load } from '../engine/language/load-helpers.ts';
import { formatDuration, parseDuration, parseEnvFile } from '../../src/engine/index.ts';
import { tally } from '../support/tally.ts';
import { extremes, inputsTried, outcomeOf } from './outcome.ts';
import { mutated, odd, runs, seed } from './seed.ts';

afterAll(() => {
  tally({
    suite: 'random inputs: runbooks',
    faults: inputsTried(),
    violations: 0,
    differences: 0,
    seed,
  });
});

const runbookText = `${runbookHeader}phases:\n  - id: one\n    steps:\n      - { id: a, action: test.find, when: "env.REGION != null", with: { target: source, values: { x: "object.y" } } }\n      - { include: part.yaml, as: q }\n`;
const partText = `apiVersion: drctl.dev/v1\nkind: Steps\nsteps:\n  - { id: b, action: test.find, with: { target: source, values: { x: "object.y" } } }\n`;
const envText = `export A=1\nB="two \${A:-x}"\n# a comment\nC='three'\nD=$B\\\n  more\n`;

async function expectLoaded(files: Readonly<Record<string, string>>): Promise<void> {
  const outcome = await outcomeOf(async () => load(files));
  // A file to be included may be called anything, and then is not there.
  const known = ['fine', 'RUNBOOK_INVALID', 'RUNBOOK_VERSION', 'FILE_UNREADABLE'];
  expect(known).toContain(outcome);
}

describe('a runbook', () => {
  it('with anything in it, or in what it includes, loads or says what is wrong and where', async () => {
    expect(
      await outcomeOf(async () => load({ 'r.yaml': runbookText, 'part.yaml': partText })),
    ).toBe('fine');
    for (const text of extremes(runbookText)) {
      await expectLoaded({ 'r.yaml': text, 'part.yaml': partText });
      await expectLoaded({ 'r.yaml': runbookText, 'part.yaml': text });
    }
    await fc.assert(
      fc.asyncProperty(mutated(runbookText), mutated(partText), async (text, part) => {
        await expectLoaded({ 'r.yaml': text, 'part.yaml': partText });
        await expectLoaded({ 'r.yaml': runbookText, 'part.yaml': part });
      }),
      runs(250),
    );
  }, 180_000);
});

async function readEnv(text: string): Promise<void> {
  const outcome = await outcomeOf(() => {
    const { problems } = parseEnvFile(text, 'my.env', () => undefined);
    for (const { at } of problems) expect(at).toMatchObject({ file: 'my.env' });
  });
  expect(outcome).toBe('fine');
}

describe('an env file', () => {
  it('with anything in it gives values and problems, each with its place', async () => {
    for (const text of extremes(envText)) await readEnv(text);
    await fc.assert(fc.asyncProperty(fc.oneof(mutated(envText), odd), readEnv), runs(600));
  }, 60_000);

  it('gives back every value that is written in single quotes', () => {
    const value = fc
      .string({ unit: 'binary' })
      .filter((text) => !['\u0000', '\r', "'"].some((char) => text.includes(char)));
    fc.assert(
      fc.property(value, (text) => {
        const { assignments, problems } = parseEnvFile(`A='${text}'\n`, 'f', () => undefined);
        expect(problems).toEqual([]);
        expect(assignments[0]?.value).toBe(text);
      }),
      runs(300),
    );
  });
});

describe('a duration', () => {
  it('that is shown is read back as the same, to the unit that is shown', () => {
    const seconds = fc.integer({ min: 1, max: 86_400 * 24 });
    fc.assert(
      fc.property(seconds, (count) => {
        const shown = formatDuration(count * 1_000);
        expect(formatDuration(parseDuration(shown.replaceAll(' ', '')))).toBe(shown);
      }),
      runs(300),
    );
  });

  it('with anything in it is a number or PARAMS_INVALID', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated('1h30m'), fc.string()), async (text) => {
        await outcomeOf(() => {
          expect(Number.isSafeInteger(parseDuration(text))).toBe(true);
        });
      }),
      runs(500),
    );
  });
});
