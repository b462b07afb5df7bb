// A rollback that stopped at a step can be gone forward from again: what came after the step is done anew.

import { describe, expect, it } from 'vitest';
import { Harness, untilKilled } from './support/harness.ts';
import { decideStep, resumeRun, rollbackRun } from '../../../src/engine/index.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyRunbook, ToyStep } from './support/toy-runbook.ts';

const values = { a: 'old', b: 'old', 'np/1': 'on', 'np/2': 'on' };
const set = (id: string, needs: readonly string[] = []): ToyStep => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
const each: ToyStep = {
  id: 'each',
  action: 'toy.set',
  needs: ['find', 'a'],
  forEach: "steps['find'].outputs.items",
  key: 'item.name',
  with: { key: '{{item.name}}', value: 'off' },
};
const find: ToyStep = { id: 'find', action: 'toy.list', needs: ['a'], with: { prefix: 'np/' } };
const runbook: ToyRunbook = {
  phases: [
    { id: 'one', steps: [set('a'), find, each] },
    {
      id: 'two',
      steps: [set('b'), { ...set('never', ['b']), when: "steps['find'].outputs.items.size() > 2" }],
    },
  ],
};

function harnessOf(toy: ToyRunbook = runbook): Harness {
  return new Harness(toy, { actions: oddActions, values });
}

async function rolledBackTo(to: string, toy?: ToyRunbook): Promise<Harness> {
  const harness = harnessOf(toy);
  expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
  expect(await harness.rollback({ to })).toMatchObject({ outcome: 'rolled-back' });
  return harness;
}

describe('resume after a rollback that stopped at a step', () => {
  it('does what came after it again, and nothing before it', async () => {
    const harness = await rolledBackTo('a');
    expect(harness.world.content()).toEqual({ ...values, a: 'new' });
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes).toEqual(['np/1=off', 'np/2=off', 'b=new']);
  });

  it('looks at the world anew: reads are done again, and so is what they decide', async () => {
    const harness = await rolledBackTo('a');
    expect((await harness.statuses())['never']).toBe('skipped');
    harness.world.values.set('np/3', 'on');
    await harness.resume();
    expect(harness.world.content()).toMatchObject({ 'np/3': 'off', never: 'new' });
  });

  it('keeps the instances that were begun before the step', async () => {
    const harness = await rolledBackTo('each[np/1]');
    const { startOrder } = await harness.state();
    const later = startOrder.slice(startOrder.indexOf('each[np/1]') + 1);
    expect(later).toContain('each[np/2]');
    harness.world.writes.length = 0;
    await harness.resume();
    expect(harness.world.writes).toEqual(['np/2=off', 'b=new']);
  });

  it('leaves out what a person left out', async () => {
    const broken: ToyStep = { id: 'fail', action: 'toy.fail', needs: ['a'], with: { key: 'x' } };
    const harness = harnessOf({
      phases: [{ id: 'one', steps: [set('a'), broken, set('b', ['fail'])] }],
    });
    harness.world.values.set('broken', 'yes');
    await harness.start();
    harness.revive();
    const decision = { step: 'fail', decision: 'skip', reason: 'not here' } as const;
    await decideStep(harness.session(), { store: harness.store, ...decision });
    await harness.resume();
    await harness.rollback({ to: 'a' });
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.values.has('x')).toBe(false);
    expect(harness.world.content()).toMatchObject({ b: 'new' });
  });

  it('can be rolled back as a whole afterwards, once and not twice', async () => {
    const harness = await rolledBackTo('a');
    await harness.resume();
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual(values);
    await expect(harness.resume()).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await expect(harness.rollback()).rejects.toMatchObject({ code: 'RUN_FINISHED' });
  });

  it('goes on with the rollback, not forward, while that has not reached the step', async () => {
    const harness = harnessOf();
    await harness.start();
    harness.revive();
    harness.killAt({ of: 'append', n: 3, when: 'after' });
    const options = { store: harness.store, timeoutMs: 3_600_000, to: 'a' };
    await untilKilled(rollbackRun(harness.session(), options));
    expect(await harness.state()).toMatchObject({ status: 'rolling-back' });
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ ...values, a: 'new' });
  });
});

describe('going forward again that is killed at any point', async () => {
  const uncut = await rolledBackTo('a');
  const before = { append: uncut.store.appends, call: uncut.world.calls };
  await uncut.resume();
  const points = (['append', 'call'] as const).flatMap((of) => {
    const count = (of === 'append' ? uncut.store.appends : uncut.world.calls) - before[of];
    return Array.from({ length: count }, (_, index) =>
      ['before', 'after'].map((when) => ({ of, n: index + 1, when })),
    ).flat();
  });

  it.each(points)('ends as if nobody had killed it $when $of $n', async (point) => {
    const harness = await rolledBackTo('a');
    harness.revive();
    harness.killAt(point);
    await untilKilled(resumeRun(harness.session(), { store: harness.store }));
    if ((await harness.state()).outcome !== 'succeeded') await harness.resume();
    expect(harness.world.content()).toEqual(uncut.world.content());
    expect(await harness.statuses()).toEqual(await uncut.statuses());
  });
});
