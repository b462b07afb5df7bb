// What a runbook computes over all that a plan would change.

import { expect, it } from 'vitest';
import { header, load, problemsOf } from './load-helpers.ts';

const text = (value: string): Readonly<Record<string, string>> => ({
  'r.yaml': `${header}impact: [ { title: Instances, value: "${value}", mustBe: 0 } ]
phases: [ { id: one, steps: [ { id: find, action: test.find, with: { target: source } } ] } ]
`,
});

it('sees the changes and every step', async () => {
  const value = "steps['find'].outputs == null ? 0 : size(changes)";
  expect((await load(text(value))).impact).toEqual([{ title: 'Instances', value, mustBe: 0 }]);
});

it('is refused with a step or a name that is not there, and the nearest that is', async () => {
  expect(await problemsOf(text("size(steps['fin'].outputs)"))).toMatchObject([
    { message: expect.stringContaining('"fin"'), hint: 'Did you mean "find"?' },
  ]);
  expect(await problemsOf(text('size(change)'))).toMatchObject([
    { message: expect.stringContaining('there is no "change"'), hint: 'Did you mean "changes"?' },
  ]);
});
