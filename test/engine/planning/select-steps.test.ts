// Only a part of a runbook: what is left out and why, which looks are kept, and what cannot be asked for.

import { describe, expect, it } from 'vitest';
import { selectSteps } from '../../../src/engine/index.ts';
import type { StepChoice } from '../../../src/engine/index.ts';
import { drop, needing, nothing, planOf, refusal, select, skipping } from './choices.ts';
import { get, instanceOf, make, set } from './plans.ts';
import { check, phase, toyRegistry, toySession } from './toy-world.ts';

const two = [
  phase('first', [make('one'), needing(make('two'), 'one')]),
  phase('second', [make('three'), make('four')]),
];

describe('what is left out', () => {
  it.each<[Partial<StepChoice>, Readonly<Record<string, string>>]>([
    [
      { phases: ['second'] },
      { one: 'left out by --phase second', two: 'left out by --phase second' },
    ],
    [{ phases: ['second'], only: ['two'] }, { one: 'left out by --phase second --only two' }],
    [
      { only: ['one', 'four'] },
      {
        two: 'left out by --only one --only four',
        three: 'left out by --only one --only four',
      },
    ],
    [{ until: 'two' }, { three: 'left out by --until two', four: 'left out by --until two' }],
    [
      { from: 'two', until: 'three' },
      { one: 'left out by --from two', four: 'left out by --until three' },
    ],
    [skipping('three'), { three: 'left out by ana@host: done by hand' }],
  ])('is every step that is not asked for, with the reason: %j', (choice, leftOut) => {
    expect(select(two, choice)).toMatchObject({ leftOut, kept: [] });
  });

  it('goes by the order in which a plan shows the steps', () => {
    const phases = [phase('p', [needing(make('late'), 'early'), make('early')])];
    expect(Object.keys(select(phases, { until: 'early' }).leftOut)).toEqual(['late']);
  });
});

describe('a look that only the impact of the run needs', () => {
  it('is kept beside what changes something, and not beside looks', () => {
    const phases = [phase('first', [get('look'), get('other')]), phase('second', [make('three')])];
    const impact = [{ title: 'looked at', value: "steps['look'].outputs == null ? 1 : 2" }];
    const runbook = { ...toySession({ phases }).runbook, impact };
    const kept = (choice: Partial<StepChoice>) =>
      selectSteps(runbook, toyRegistry, { ...nothing, ...choice }).kept;
    expect(kept({ phases: ['second'] })).toEqual(['look']);
    expect(kept({ only: ['other'] })).toEqual([]);
  });
});

describe('what is asked for', () => {
  it('must be there; all that is wrong is said at once, with the nearest name', () => {
    const error = refusal(two, {
      phases: ['secnd', 'one'],
      only: ['second'],
      until: 'tow',
      skip: ['x[1]'],
    });
    expect(error.code).toBe('USAGE');
    expect(error.problems).toEqual([
      {
        severity: 'error',
        message: '--phase secnd: there is no such phase',
        hint: 'Did you mean "second"?',
      },
      {
        severity: 'error',
        message: '--phase one: there is no such phase',
        hint: '"one" is a step: --only one',
      },
      {
        severity: 'error',
        message: '--only second: there is no such step',
        hint: '"second" is a phase: --phase second',
      },
      {
        severity: 'error',
        message: '--until tow: there is no such step',
        hint: 'Did you mean "two"?',
      },
      { severity: 'error', message: '--skip x[1]: there is no such step' },
      {
        severity: 'error',
        message: '--skip needs a reason',
        hint: 'Add --reason TEXT; it is kept with your name',
      },
    ]);
  });

  it.each<[Partial<StepChoice>, string]>([
    [{ from: 'three', until: 'one' }, '--from three comes after --until one'],
    [{ phases: ['first'], from: 'three' }, '--phase first --from three leaves nothing to do'],
    [{ reason: 'because' }, '--reason says why steps are skipped, and none is'],
    [{ skip: ['one'], reason: ' ' }, '--skip needs a reason'],
  ])('must not contradict itself: %j', (choice, message) => {
    expect(refusal(two, choice).message).toBe(message);
  });
});

describe('a step that only reads', () => {
  const use = needing(set('use', '{{steps.look.outputs.value}}'), 'look');
  const reading = [
    phase('before', [get('look'), get('other', 'x'), make('y')]),
    phase('work', [use]),
  ];

  it('is kept when a chosen step refers to it, and said to be', async () => {
    const plan = await planOf(reading, { phases: ['work'] });
    expect(plan.selection).toMatchObject({
      kept: ['look'],
      leftOut: { other: expect.anything(), y: expect.anything() },
    });
    expect(instanceOf(plan, 'use').params).toMatchObject({ name: 'thing' });
  });

  it('also through another one, through a guard, and through the runbook’s own undo of it', () => {
    const through = needing(get('through', '{{steps.look.outputs.value}}'), 'look');
    const guards = [check({ id: 'g', with: { target: 'a', name: 'x', is: 1 }, references: ['x'] })];
    const phases = [
      phase('before', [get('look'), through, get('x'), get('y'), get('z')]),
      phase('work', [needing(set('use', '{{steps.through.outputs.value}}'), 'through')], {
        guards,
      }),
    ];
    const { runbook } = toySession({ phases });
    const undo = [set('back', '{{steps.y.outputs.value}}')];
    const selection = selectSteps({ ...runbook, rollback: new Map([['use', undo]]) }, toyRegistry, {
      ...nothing,
      phases: ['work'],
    });
    expect(selection.kept).toEqual(['look', 'through', 'x', 'y']);
  });

  it('is kept where it is a look before something is destroyed', () => {
    const phases = [phase('p', [get('look'), needing(make('y'), 'look'), drop('d', 'look')])];
    expect(select(phases, { only: ['d'] })).toMatchObject({ kept: ['look'] });
    expect(select(phases, { only: ['y'] })).toMatchObject({ kept: [] });
  });

  it('is left out when it is skipped by name; what refers to it says which flag to change', async () => {
    const plan = await planOf(reading, skipping('look'));
    expect(instanceOf(plan, 'use').error).toMatchObject({
      code: 'VALUE_UNRESOLVED',
      message: expect.stringContaining('"look", which is left out by ana@host: done by hand'),
      hint: 'Take "--skip look" away',
    });
    expect(plan.canApply).toBe(false);
  });
});
