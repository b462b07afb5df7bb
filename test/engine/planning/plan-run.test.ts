// The rules of a plan: its order, what it predicts, what it leaves for later, what it hides.

import { describe, expect, it } from 'vitest';
import { planRun } from '../../../src/engine/index.ts';
import {
  fateOf,
  get,
  instanceOf,
  instancesOf,
  make,
  plannedStep,
  set,
  stepsOf,
  worldOf,
} from './plans.ts';
import { ToyWorld, check, phase, step, toySession } from './toy-world.ts';

describe('order', () => {
  it('shows steps after what they need, and else where they were written', async () => {
    const last = { ...make('x'), needs: ['z'] };
    const plan = await planRun(toySession({ phases: [phase('p', [last, make('y'), make('z')])] }));
    expect(stepsOf(plan).map(({ id }) => id)).toEqual(['y', 'z', 'x']);
  });

  it('plans no more steps at once than it may', async () => {
    const steps = Array.from({ length: 20 }, (_, index) => make(`s${index}`));
    const world = new ToyWorld();
    await planRun(toySession({ world, parallel: 3, phases: [phase('p', steps)] }));
    expect(world.mostAtOnce).toBe(3);
  });
});

describe('predictions', () => {
  it('makes later steps concrete with the outputs that earlier ones predict', async () => {
    const use = { ...set('use', '{{steps.find.outputs.value}}'), needs: ['find'] };
    const world = worldOf({ 'a/find': 'thing', 'a/thing': 7 });
    const plan = await planRun(toySession({ world, phases: [phase('p', [get('find'), use])] }));
    expect(instanceOf(plan, 'use')).toMatchObject({
      params: { name: 'thing' },
      changes: [{ kind: 'update', on: { object: 'thing' } }],
    });
    expect(plan.canApply).toBe(true);
  });

  it('expands forEach over a predicted list, one instance for each key', async () => {
    const each = step({
      id: 'each',
      action: 'toy.make',
      forEach: "steps['find'].outputs.value",
      key: 'item',
      needs: ['find'],
      with: { target: 'a', name: '{{item}}', to: 1 },
    });
    const after = { ...set('after', '{{steps.each.outputs.items.1.made}}'), needs: ['each'] };
    const world = worldOf({ 'a/find': ['n1', 'n2'], 'a/n2': 3 });
    const plan = await planRun(
      toySession({ world, phases: [phase('p', [get('find'), each, after])] }),
    );
    expect(instancesOf(plan, 'each').map(({ id }) => id)).toEqual(['each[n1]', 'each[n2]']);
    expect(instanceOf(plan, 'after').params).toMatchObject({ name: 'n2' });
  });

  it('leaves a step for later, with what is known of it, when it needs outputs nobody predicts', async () => {
    const phases = [phase('p', [make('find'), get('read', 'find')])];
    const use = { ...set('use', '{{steps.read.outputs.value}}'), needs: ['read'] };
    const plan = await planRun(
      toySession({ phases: [...phases, phase('q', [get('read2', 'find'), use])] }),
    );
    expect(fateOf(plan, 'use')).toMatchObject({
      kind: 'later',
      waitsFor: ['read'],
      params: { target: 'a', name: expect.stringContaining('known after read') },
    });
  });

  it('counts the risk of a step that is planned later as much as its action can do', async () => {
    const drop = step({
      id: 'drop',
      action: 'toy.drop',
      needs: ['read'],
      with: { target: 'a', name: '{{steps.read.outputs.value}}', to: 0 },
    });
    const phases = [phase('p', [make('x')]), phase('q', [get('read', 'x'), drop])];
    const plan = await planRun(toySession({ phases }));
    expect(plannedStep(plan, 'drop').risk).toBe('destructive');
    expect(plannedStep(plan, 'read').risk).toBe('safe');
  });
});

describe('when', () => {
  it('skips a step whose condition is false and shows the condition', async () => {
    const skipped = { ...make('x'), when: "env.MODE == 'fast'" };
    const env = [
      { name: 'MODE', value: 'slow', sensitive: false, origin: { from: 'set' } },
    ] as const;
    const plan = await planRun(toySession({ env, phases: [phase('p', [skipped])] }));
    expect(fateOf(plan, 'x')).toEqual({
      kind: 'skipped',
      because: "when: env.MODE == 'fast' is false",
    });
  });

  it('explains that a skipped step has no outputs where one is needed', async () => {
    const skipped = { ...make('x'), when: 'false' };
    const use = { ...set('use', '{{steps.x.outputs.made}}'), needs: ['x'] };
    const plan = await planRun(toySession({ phases: [phase('p', [skipped, use])] }));
    expect(instanceOf(plan, 'use').error).toMatchObject({
      code: 'VALUE_UNRESOLVED',
      hint: expect.stringContaining('"x" is skipped'),
    });
  });
});

describe('checks', () => {
  const precondition = check({
    id: 'pre',
    with: { target: 'a', name: 'x', is: 1 },
    message: 'x of {{run.id}} must be 1',
  });

  it('refuses the run when a precondition fails, in the words of the runbook', async () => {
    const plan = await planRun(toySession({ preconditions: [precondition] }));
    expect(plan.preconditions).toEqual([
      {
        id: 'pre',
        severity: 'error',
        verdict: 'fails',
        message: 'x of 20260101-000000-toy-0000 must be 1',
        error: { code: 'ASSERTION_FAILED', message: 'x is undefined' },
      },
    ]);
    expect(plan.canApply).toBe(false);
  });

  it('lets a run begin when only a warning fails', async () => {
    const preconditions = [{ ...precondition, severity: 'warning' as const }];
    expect((await planRun(toySession({ preconditions }))).canApply).toBe(true);
  });

  it('shows a guard that does not hold yet without refusing the run', async () => {
    const guards = [check({ id: 'g', with: { target: 'a', name: 'x', is: 1 } })];
    const plan = await planRun(toySession({ phases: [phase('p', [make('x')], { guards })] }));
    expect(plan.phases[0]?.guards).toMatchObject([
      { verdict: 'fails', message: expect.stringMatching(/^not yet: .*right before each step/) },
    ]);
    expect(plan.canApply).toBe(true);
  });

  it('refuses the run for a guard that can never hold', async () => {
    const guards = [check({ id: 'g', with: { target: 'a', nme: 'x', is: 1 } })];
    const plan = await planRun(toySession({ phases: [phase('p', [make('x')], { guards })] }));
    expect(plan.phases[0]?.guards).toMatchObject([{ error: { code: 'PARAMS_INVALID' } }]);
    expect(plan.canApply).toBe(false);
  });

  it('cannot tell a guard that refers to what is not known yet', async () => {
    const guards = [
      check({ id: 'g', with: { target: 'a', name: '{{steps.y.outputs.value}}', is: 1 } }),
    ];
    const phases = [phase('p', [make('x')]), phase('q', [get('y', 'x')], { guards })];
    const plan = await planRun(toySession({ phases }));
    expect(plan.phases[1]?.guards).toMatchObject([{ verdict: 'later' }]);
  });
});

describe('secrets', () => {
  it('masks sensitive values wherever they come from, also where they were met before they were known', async () => {
    const env = [
      { name: 'PW', value: 'hunter2-long', sensitive: true, origin: { from: 'set' } },
      { name: 'LATE', value: 'late-secret', sensitive: false, origin: { from: 'set' } },
    ] as const;
    const steps = [
      make('first', 'x-{{env.LATE}}-{{env.PW}}'),
      step({
        id: 'second',
        action: 'toy.make',
        needs: ['first'],
        with: { target: 'a', name: 'y', to: 1, password: '{{env.LATE}}' },
      }),
    ];
    const plan = await planRun(toySession({ env, phases: [phase('p', steps)] }));
    expect(JSON.stringify(plan)).not.toMatch(/hunter2|late-secret/);
    expect(plan.format).toBe(1);
  });
});

it('ends with the reason of the signal, not with a plan full of errors', async () => {
  const controller = new AbortController();
  const reason = new Error('interrupted');
  const world = worldOf({});
  world.read = () => {
    controller.abort(reason);
    return new Promise(() => undefined);
  };
  const session = toySession({
    world,
    signal: controller.signal,
    phases: [phase('p', [get('x')])],
  });
  await expect(planRun(session)).rejects.toBe(reason);
});
