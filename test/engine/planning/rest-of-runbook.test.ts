// What comes after a part of a runbook, and whether another run can do it.

import { expect, it } from 'vitest';
import { restOfRunbook } from '../../../src/engine/index.ts';
import type { Phase, RestOfRunbook, StepChoice } from '../../../src/engine/index.ts';
import { drop, needing, planOf, select } from './choices.ts';
import { get, make, set } from './plans.ts';
import { phase, toyRegistry, toySession } from './toy-world.ts';

function restOf(phases: readonly Phase[], choice: Partial<StepChoice>): RestOfRunbook | undefined {
  const { runbook } = toySession({ phases });
  return restOfRunbook(runbook, toyRegistry, select(phases, choice));
}

const phases = [
  phase('one', [get('look'), needing(make('a'), 'look'), needing(make('b'), 'a')]),
  phase('two', [make('c'), needing(get('check'), 'c')]),
];

it('begins after the last step that was asked for, and another run can do it', () => {
  expect(restOf(phases, { until: 'a' })).toEqual({ next: 'b' });
  expect(restOf(phases, { phases: ['one'] })).toEqual({ next: 'c' });
});

it('is nothing after the end, nor where only looks come after', () => {
  expect(restOf(phases, { from: 'c' })).toBeUndefined();
  expect(restOf(phases, { until: 'c' })).toBeUndefined();
  expect(restOf(phases, { skip: ['a'], reason: 'by hand' })).toBeUndefined();
});

it('goes only as far as it needs nothing that the earlier run alone knows', () => {
  const knows = [
    phase('p', [
      make('a'),
      needing(make('b'), 'a'),
      needing(set('c', '{{steps.a.outputs.made}}'), 'b'),
    ]),
  ];
  const because = 'c needs what a gave in this run';
  expect(restOf(knows, { until: 'a' })).toEqual({ next: 'b', until: 'b', because });
  expect(restOf(knows, { until: 'b' })).toEqual({ next: 'c', because });
});

it('goes only as far as nothing is destroyed that rests on the earlier run', () => {
  const destroying = [phase('p', [make('a'), needing(make('b'), 'a'), drop('d', 'b')])];
  expect(restOf(destroying, { until: 'a' })).toEqual({
    next: 'b',
    until: 'b',
    because: expect.stringContaining('d rests on a'),
  });
});

it('is told in the plan of the part, where a run would have no way on but back', async () => {
  const knows = [phase('p', [make('a'), needing(set('c', '{{steps.a.outputs.made}}'), 'a')])];
  const warned = async (choice: Partial<StepChoice>) =>
    (await planOf(knows, choice)).warnings.map(({ message }) => message);
  expect(await warned({ until: 'a' })).toEqual([
    'it ends before c, and another run cannot go on from there: c needs what a gave in this run',
  ]);
  expect(await warned({ until: 'c' })).toEqual([]);
  expect((await planOf(phases, { until: 'a' })).warnings).toEqual([]);
});
