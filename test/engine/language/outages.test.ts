// What is out of use for a while, as a runbook says it.

import { expect, it } from 'vitest';
import { header, load, problemsOf } from './load-helpers.ts';

const step = (id: string): string => `{ id: ${id}, action: test.find, with: { target: source } }`;
const text = (from: string, until: string): Readonly<Record<string, string>> => ({
  'r.yaml': `${header}outages: [ { title: It is away, from: ${from}, until: ${until} } ]
phases: [ { id: one, steps: [ ${step('stop-it')}, ${step('start-it')} ] }, { id: two, steps: [ ${step('after')} ] } ]
`,
});

it('lasts from one step to another', async () => {
  expect((await load(text('stop-it', 'after'))).outages).toEqual([
    { title: 'It is away', from: 'stop-it', until: 'after' },
  ]);
});

it('is refused with a step that is not there, and the nearest that is', async () => {
  expect(await problemsOf(text('stop-itt', 'after'))).toMatchObject([
    { message: 'There is no step "stop-itt"', hint: 'Did you mean "stop-it"?' },
  ]);
});

it('is refused when it would end before it begins', async () => {
  expect(await problemsOf(text('after', 'stop-it'))).toMatchObject([
    { message: 'An outage cannot end before it begins' },
  ]);
});
