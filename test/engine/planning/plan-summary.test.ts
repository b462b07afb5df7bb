// A plan in numbers.

import { expect, it } from 'vitest';
import { hasChanges, planRun, summarizePlan } from '../../../src/engine/index.ts';
import { ToyWorld, phase, step, toySession } from './toy-world.ts';

const make = (id: string, target: string, risk = 'safe') =>
  step({ id, action: 'toy.make', with: { target, name: id, to: 1, risk } });

it('counts changes by target, and names what is idle, later, skipped and risky', async () => {
  const world = new ToyWorld();
  world.things.set('a/old', 0);
  world.things.set('a/done', 1);
  const phases = [
    phase('p', [
      make('new', 'b', 'disruptive'),
      make('old', 'a', 'destructive'),
      make('done', 'a'),
      { ...make('never', 'a'), when: 'false' },
    ]),
    phase('q', [
      step({ id: 'find', action: 'toy.get', with: { target: 'b', name: 'new' } }),
      {
        ...make('use', 'a'),
        needs: ['find'],
        with: { target: 'a', name: '{{steps.find.outputs.value}}', to: 1 },
      },
    ]),
  ];
  const summary = summarizePlan(await planRun(toySession({ world, phases })));
  expect(summary).toEqual({
    targets: [
      { target: 'b', create: 1, update: 0, delete: 0, run: 0, later: 0 },
      { target: 'a', create: 0, update: 1, delete: 0, run: 0, later: 1 },
    ],
    total: { create: 1, update: 1, delete: 0, run: 0 },
    later: ['use'],
    idle: ['done'],
    leftOut: [],
    reading: ['find'],
    skipped: [{ step: 'never', because: 'when: false is false' }],
    errors: [],
    risk: 'destructive',
    byRisk: { safe: ['done', 'find'], disruptive: ['new', 'use'], destructive: ['old'] },
    steps: 6,
  });
  expect(hasChanges(summary)).toBe(true);
});

it('counts a step that only reads as such, also when it is read later', async () => {
  const look = step({ id: 'look', action: 'toy.get', with: { target: 'a', name: 'x' } });
  const again = { ...look, id: 'again', needs: ['new'], when: "steps['new'].outputs.value == 1" };
  const phases = [phase('p', [make('new', 'a'), again])];
  const summary = summarizePlan(await planRun(toySession({ world: new ToyWorld(), phases })));
  expect(summary).toMatchObject({ later: [], reading: ['again'] });
});

it('has no changes when all is as it should be', async () => {
  const world = new ToyWorld();
  world.things.set('a/done', 1);
  const plan = await planRun(toySession({ world, phases: [phase('p', [make('done', 'a')])] }));
  expect(hasChanges(summarizePlan(plan))).toBe(false);
});
