// How a rule of AWS is written down once and held against every server. A server may be known to differ from a rule; then
// the test states what it does instead, and fails as soon as the server has learnt the rule.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsUnderTest } from './under-test.ts';

type Check = (aws: AwsUnderTest) => Promise<void>;

/** `title`: the rule as AWS documents it. */
export type Rule = (title: string, check: Check) => void;

/** One topic of rules. */
export type Rules = (rule: Rule) => void;

export interface KnownDifference {
  /** What the server does, where AWS keeps the rule. */
  readonly instead: string;
  readonly shows: Check;
}

/** By the rule's title. */
export type KnownDifferences = Readonly<Record<string, KnownDifference>>;

export interface ServerUnderRules {
  readonly name: string;
  /** Why the rules are skipped; undefined: they are not. */
  readonly skipped?: string;
  start(): Promise<AwsUnderTest>;
  readonly differences: KnownDifferences;
}

/** Gives the titles of the rules, so that differences from none of them can be found. */
export function holdRules(
  server: ServerUnderRules,
  topics: Readonly<Record<string, Rules>>,
): readonly string[] {
  const collected = Object.entries(topics).map(
    ([topic, rules]) => [topic, collect(rules)] as const,
  );
  const note = server.skipped === undefined ? '' : ` (skipped: ${server.skipped})`;
  describe.skipIf(server.skipped !== undefined)(`${server.name}${note}`, () => {
    let aws: AwsUnderTest | undefined;
    beforeAll(async () => {
      aws = await server.start();
    });
    afterAll(async () => aws?.close());

    describe.each(collected)('%s', (_topic, rules) => {
      const tests = rules.map(([title, check]) => testOf(title, check, server.differences[title]));
      it.each(tests)('%s', async (_title, check) => {
        if (aws === undefined) throw new Error('the server has not started');
        expect.hasAssertions();
        await check(aws);
      });
    });
  });
  return collected.flatMap(([, rules]) => rules.map(([title]) => title));
}

function collect(rules: Rules): readonly (readonly [string, Check])[] {
  const found: (readonly [string, Check])[] = [];
  rules((title, check) => found.push([title, check]));
  return found;
}

function testOf(
  title: string,
  check: Check,
  known: KnownDifference | undefined,
): readonly [string, Check] {
  if (known === undefined) return [title, check];
  return [`not so: ${title}; it ${known.instead}`, known.shows];
}
