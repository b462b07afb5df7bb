// What makes a plan impossible and what does not: failures of single steps, and targets that cannot be used.

import { describe, expect, it } from 'vitest';
import { planRun, summarizePlan } from '../../../src/engine/index.ts';
import { fateOf, get, instanceOf, make, plannedStep, set, worldOf } from './plans.ts';
import { ToyWorld, check, phase, step, toySession } from './toy-world.ts';

/** Of one read while planning, when each fails. */
const tries = 4;

describe('failures', () => {
  it('shows the problems of all steps at once, and cannot be applied', async () => {
    const wrong = step({ id: 'wrong', action: 'toy.make', with: { target: 'a', nam: 'x', to: 1 } });
    const unknown = step({ id: 'unknown', action: 'toy.mke', with: {} });
    const plan = await planRun(
      toySession({ phases: [phase('p', [wrong, unknown, set('absent'), make('fine')])] }),
    );
    expect(summarizePlan(plan).errors).toMatchObject([
      { instance: 'wrong', error: { code: 'PARAMS_INVALID' } },
      {
        instance: 'unknown',
        error: { code: 'ACTION_UNKNOWN', hint: expect.stringMatching(/toy/) },
      },
      { instance: 'absent', error: { code: 'CLIENT_NOT_FOUND' } },
    ]);
    expect(plan.canApply).toBe(false);
    expect(instanceOf(plan, 'fine').changes).toMatchObject([{ kind: 'create' }]);
  });

  it('takes an object that a step it needs will make for later, not for missing', async () => {
    const use = { ...set('use', 'thing'), needs: ['maker'] };
    const plan = await planRun(toySession({ phases: [phase('p', [make('maker', 'thing'), use])] }));
    expect(instanceOf(plan, 'use')).toMatchObject({
      changes: [{ kind: 'later', waitsFor: ['maker'] }],
      notes: [expect.stringContaining('not there now: a has no "thing"')],
    });
    expect(plannedStep(plan, 'use').risk).toBe('disruptive');
    expect(plan.canApply).toBe(true);
  });

  it('takes a read of what an earlier phase makes on that target for a note', async () => {
    const plan = await planRun(
      toySession({ phases: [phase('p', [make('x', 'thing')]), phase('q', [get('y', 'thing')])] }),
    );
    expect(instanceOf(plan, 'y')).toMatchObject({
      notes: [expect.stringContaining('looked for again after x')],
    });
    expect(plan.canApply).toBe(true);
  });

  it.each([
    ['a neighbour without order', [phase('p', [make('x', 'thing'), get('y', 'thing')])]],
    ['a later phase', [phase('p', [get('y', 'thing')]), phase('q', [make('x', 'thing')])]],
    [
      'another target',
      [
        phase('p', [
          step({ id: 'x', action: 'toy.make', with: { target: 'b', name: 'n', to: 1 } }),
        ]),
        phase('q', [get('y', 'thing')]),
      ],
    ],
  ])('refuses a read of an absent object that only %s may make', async (_, phases) => {
    const plan = await planRun(toySession({ phases }));
    expect(instanceOf(plan, 'y').error).toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    expect(plan.canApply).toBe(false);
  });

  it('shows an assertion in a phase that does not hold yet as a note', async () => {
    const demand = step({
      id: 'demand',
      action: 'toy.assert',
      with: { target: 'a', name: 'x', is: 2 },
    });
    const plan = await planRun(toySession({ phases: [phase('p', [demand])] }));
    expect(instanceOf(plan, 'demand').notes).toEqual([
      'does not hold now: x is undefined (checked again then)',
    ]);
    expect(plan.canApply).toBe(true);
  });

  it('says that a plan is provisional where an earlier step changes the same object', async () => {
    const again = { ...set('again', 'thing', 2), needs: ['first'] };
    const world = worldOf({ 'a/thing': 0 });
    const plan = await planRun(
      toySession({ world, phases: [phase('p', [set('first', 'thing', 1), again])] }),
    );
    expect(instanceOf(plan, 'again').notes).toEqual([
      'first changes a: thing before this step; planned again then',
    ]);
    expect(plannedStep(plan, 'first').risk).toBe('safe');
    expect(plannedStep(plan, 'again').risk).toBe('disruptive');
  });
});

describe('targets', () => {
  const onBoth = [
    phase('p', [
      get('one'),
      get('two'),
      step({ id: 'other', action: 'toy.make', with: { target: 'b', name: 'x', to: 1 } }),
    ]),
    phase('q', [get('three')]),
  ];

  it('gives one error for a target that does not answer, and still plans the others', async () => {
    const world = worldOf({});
    world.down.add('a');
    const plan = await planRun(toySession({ world, phases: onBoth }));
    expect(summarizePlan(plan).errors).toMatchObject([
      { instance: 'one', error: { code: 'CLIENT_UNREACHABLE' } },
    ]);
    expect(instanceOf(plan, 'two').notes).toEqual([expect.stringContaining('target "a"')]);
    expect(instanceOf(plan, 'three').notes).toEqual([expect.stringContaining('target "a"')]);
    expect(instanceOf(plan, 'other').changes).toMatchObject([{ kind: 'create' }]);
    // Each of the two that are planned side by side asks a few times within seconds; the third asks no more.
    expect(world.reads.filter((target) => target === 'a')).toHaveLength(2 * tries);
  });

  it('plans the steps of a target that may be down when their turn comes, and says once that it does not answer', async () => {
    const world = worldOf({});
    world.down.add('a');
    const drop = step({ id: 'drop', action: 'toy.drop', with: { target: 'a', name: 'x', to: 1 } });
    const guards = [check({ id: 'guard', with: { target: 'a', name: 'x', is: 1 } })];
    const phases = [
      phase('p', [get('one'), { ...set('two'), onFailure: 'continue' }, drop], { guards }),
    ];
    const plan = await planRun(toySession({ world, phases, mayBeDown: ['a'] }));
    expect(instanceOf(plan, 'one')).toMatchObject({
      changes: [{ kind: 'none' }],
      notes: ['a does not answer now; looked at when its turn comes'],
    });
    expect(instanceOf(plan, 'two')).toMatchObject({ changes: [{ kind: 'later', waitsFor: [] }] });
    expect(['one', 'two', 'drop'].map((id) => plannedStep(plan, id).risk)).toEqual([
      'safe',
      'disruptive',
      'destructive',
    ]);
    expect(plan.phases[0]?.guards[0]?.message).toMatch(
      /^cannot be told: the server of target "a" does not answer .*evaluated again/,
    );
    expect(plan.warnings.map(({ message }) => message)).toEqual(['target "a" does not answer']);
    expect(plan.canApply).toBe(true);
  });

  it('takes a target that may be down and lets the time for planning pass for one that does not answer', async () => {
    const world = worldOf({});
    world.read = () => new Promise(() => {});
    const slow = { ...set('one'), timeoutMs: 5 };
    const plan = await planRun(
      toySession({ world, phases: [phase('p', [slow])], mayBeDown: ['a'] }),
    );
    expect(instanceOf(plan, 'one')).toMatchObject({ changes: [{ kind: 'later', waitsFor: [] }] });
    expect(plan.warnings.map(({ message }) => message)).toEqual(['target "a" does not answer']);
    expect(plan.canApply).toBe(true);
  });

  it('refuses a run whose precondition asks a target that may be down and does not answer', async () => {
    const world = worldOf({});
    world.down.add('a');
    const preconditions = [check({ id: 'first', with: { target: 'a', name: 'x', is: 1 } })];
    const plan = await planRun(toySession({ world, preconditions, mayBeDown: ['a'] }));
    expect(plan.preconditions).toMatchObject([{ verdict: 'fails', unanswered: true }]);
    expect(plan.canApply).toBe(false);
  });

  it('still refuses a step that another target fails, which must answer', async () => {
    const world = worldOf({});
    world.down.add('a').add('b');
    const other = step({ id: 'other', action: 'toy.get', with: { target: 'b', name: 'x' } });
    const plan = await planRun(
      toySession({ world, phases: [phase('p', [get('one'), other])], mayBeDown: ['a'] }),
    );
    expect(summarizePlan(plan).errors).toMatchObject([{ instance: 'other' }]);
    expect(plan.canApply).toBe(false);
  });

  it('shows a precondition that fails, not a warning or a guard before it, as the one error about a target', async () => {
    const world = worldOf({});
    world.down.add('a');
    const ask = { target: 'a', name: 'x', is: 1 };
    const preconditions = [
      check({ id: 'warning', with: ask, severity: 'warning' }),
      check({ id: 'first', with: ask }),
      check({ id: 'second', with: ask }),
    ];
    const guards = [check({ id: 'guard', with: ask })];
    const phases = [phase('p', [get('one')], { guards })];
    const plan = await planRun(toySession({ world, preconditions, phases }));
    expect(plan.preconditions).toMatchObject([
      { verdict: 'fails', severity: 'warning' },
      { verdict: 'fails', error: { code: 'CLIENT_UNREACHABLE' } },
      { verdict: 'skipped', message: expect.stringContaining('see the first error') },
    ]);
    expect(summarizePlan(plan).errors).toEqual([]);
    expect(plan.canApply).toBe(false);
    const guarded = await planRun(toySession({ world, phases }));
    expect(summarizePlan(guarded).errors).toMatchObject([{ instance: 'one' }]);
  });

  it('lets a run begin when a step without which it goes on cannot reach its target', async () => {
    const world = worldOf({});
    world.down.add('a');
    const optional = { ...make('optional'), onFailure: 'continue' as const };
    const plan = await planRun(toySession({ world, phases: [phase('p', [optional])] }));
    expect(instanceOf(plan, 'optional').notes).toEqual([
      'would fail now: a does not answer (the run goes on without this step)',
    ]);
    expect(plannedStep(plan, 'optional').risk).toBe('disruptive');
    expect(plan.canApply).toBe(true);
    const needed = { ...make('needed'), needs: ['optional'] };
    const refused = await planRun(toySession({ world, phases: [phase('p', [optional, needed])] }));
    expect(refused.canApply).toBe(false);
  });

  it('lets a run begin that makes what answers for a target that it only reads', async () => {
    const world = worldOf({});
    world.down.add('a');
    const maker = step({
      id: 'maker',
      action: 'toy.make',
      with: { target: 'b', name: 'x', to: 1 },
    });
    const phases = [phase('p', [maker, { ...get('read'), needs: ['maker'] }])];
    const plan = await planRun(toySession({ world, phases }));
    expect(instanceOf(plan, 'read').notes).toEqual([
      'not there now: a does not answer (looked for again after maker)',
    ]);
    expect(plan.canApply).toBe(true);
  });

  it('skips what names an unavailable target and says what that leaves open', async () => {
    const world = worldOf({});
    world.down.add('a');
    const preconditions = [check({ id: 'pre', with: { target: 'a', name: 'x', is: 1 } })];
    const plan = await planRun(
      toySession({ world, preconditions, unavailable: ['a'], phases: onBoth }),
    );
    expect(fateOf(plan, 'one')).toEqual({
      kind: 'skipped',
      because: expect.stringContaining('target "a" is unavailable'),
    });
    expect(plan.preconditions).toMatchObject([{ verdict: 'skipped' }]);
    expect(world.reads).not.toContain('a');
    expect(plan.canApply).toBe(true);
  });

  it('reads nothing offline, and shows the structure with the values that are known', async () => {
    const world = worldOf({});
    const plan = await planRun(toySession({ world, offline: true, phases: onBoth }));
    expect(world.reads).toEqual([]);
    expect(instanceOf(plan, 'one')).toMatchObject({
      params: { target: 'a', name: 'one' },
      notes: ['not read: offline'],
    });
    expect(plan.canApply).toBe(false);
  });
});

const asks = (id: string, is: number, ...needs: readonly string[]) =>
  check({ id, with: { target: 'a', name: 'x', is }, needs });

describe('a precondition that needs another one', () => {
  const preconditions = [
    asks('there', 2),
    asks('whole', 2, 'there'),
    asks('well', 1, 'whole'),
    asks('apart', 3),
  ];
  const world = new ToyWorld();
  world.things.set('a/x', 1);

  it('is not looked at where that one does not hold; other faults are shown all the same', async () => {
    const plan = await planRun(toySession({ world, preconditions }));
    expect(plan.canApply).toBe(false);
    expect(plan.preconditions).toMatchObject([
      { id: 'there', verdict: 'fails' },
      { id: 'whole', verdict: 'skipped', restsOn: 'there' },
      {
        id: 'well',
        verdict: 'skipped',
        restsOn: 'there',
        message: 'not looked at: there does not hold',
      },
      { id: 'apart', verdict: 'fails' },
    ]);
  });

  it('is looked at where that one holds', async () => {
    const [, ...rest] = preconditions;
    const plan = await planRun(toySession({ world, preconditions: [asks('there', 1), ...rest] }));
    expect(plan.preconditions.map(({ verdict }) => verdict)).toEqual([
      'holds',
      'fails',
      'skipped',
      'fails',
    ]);
  });
});
