import { describe, expect, it } from 'vitest';
import {
  createRegistry,
  decideStep,
  previewRollback,
  rollbackRun,
  summarizeRun,
} from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import { toyActions } from './support/toy-actions.ts';
import type { ToyRunbook, ToyStep } from './support/toy-runbook.ts';

const set = (id: string, needs: readonly string[] = []): ToyStep => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
const registry = createRegistry([...toyActions, ...oddActions]);

function harnessOf(
  steps: readonly ToyStep[],
  more: Partial<ToyRunbook> = {},
  values: Readonly<Record<string, string>> = {},
): Harness {
  return new Harness(
    { phases: [{ id: 'only', steps }], ...more },
    { actions: oddActions, values: { a: 'old', b: 'old', ...values } },
  );
}

describe('a rollback', () => {
  it('goes backwards over what was done, to the values that were there before', async () => {
    const harness = harnessOf([set('a'), set('b', ['a']), set('c', ['b'])]);
    await harness.start();
    harness.world.writes.length = 0;
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.writes).toEqual(['c=(gone)', 'b=old', 'a=old']);
  });

  it('stops at a step, and may then be carried further', async () => {
    const harness = harnessOf([set('a'), set('b', ['a']), set('c', ['b'])]);
    await harness.start();
    await harness.rollback({ to: 'a' });
    expect(harness.world.content()).toEqual({ a: 'new', b: 'old' });
    await harness.rollback();
    expect(harness.world.content()).toEqual({ a: 'old', b: 'old' });
  });

  it('refuses a step that has not begun', async () => {
    const harness = harnessOf([set('a'), { ...set('b'), when: '1 == 2' }]);
    await harness.start();
    await expect(harness.rollback({ to: 'b' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('leaves the runbook’s own steps out where the step made nothing: what they find by name is somebody else’s', async () => {
    const byHand = { id: 'a-back', action: 'toy.destroy', with: { key: 'a' } };
    const harness = harnessOf([set('a')], { rollback: { a: [byHand] } }, { a: 'new' });
    await harness.start();
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toMatchObject({ a: 'new' });
  });

  it('takes the runbook’s own steps where it has them, in the scope of the instance', async () => {
    const harness = harnessOf(
      [
        { id: 'find', action: 'toy.list', with: { prefix: 'np/' } },
        {
          id: 'each',
          action: 'toy.set',
          needs: ['find'],
          forEach: "steps['find'].outputs.items",
          key: 'item.name',
          with: { key: '{{item.name}}', value: 'new' },
        },
      ],
      {
        rollback: {
          each: [
            {
              id: 'each-back',
              action: 'toy.set',
              needs: ['find'],
              with: { key: '{{item.name}}', value: 'by hand' },
            },
          ],
        },
      },
      { 'np/1': 'old', 'np/2': 'old' },
    );
    await harness.start();
    await harness.rollback();
    expect(harness.world.content()).toMatchObject({ 'np/1': 'by hand', 'np/2': 'by hand' });
  });

  it('tells of a change that cannot be undone, and undoes the rest', async () => {
    const destroy: ToyStep = {
      id: 'gone',
      action: 'toy.destroy',
      needs: ['a'],
      with: { key: 'b' },
    };
    const harness = harnessOf([set('a'), destroy, set('c', ['gone'])]);
    await harness.start();
    const { runbook } = harness;
    const preview = previewRollback({
      runbook,
      registry,
      state: await harness.state(),
      unavailable: [],
    });
    expect(preview.undo.map(({ instance, how }) => `${instance} ${how}`)).toEqual([
      'c undo',
      'gone impossible',
      'a undo',
    ]);
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ a: 'old' });
    expect(harness.notices).toContain('"gone" cannot be undone: what is destroyed is gone');
    expect(
      summarizeRun(runbook, registry, await harness.state(), { unavailable: [] }).undo,
    ).toEqual([]);
  });

  it('undoes a step in doubt too, whatever it got done', async () => {
    const harness = harnessOf([
      set('a'),
      { id: 'odd', action: 'toy.unclear', needs: ['a'], with: { key: 'c' } },
    ]);
    await harness.plan();
    harness.killAt({ of: 'append', n: 7, when: 'before' });
    await harness.start().catch(() => undefined);
    expect((await harness.statuses())['odd']).toBe('running');
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ a: 'old', b: 'old' });
  });

  it('goes past a point of no return only when forced', async () => {
    const harness = harnessOf([], {
      phases: [
        { id: 'one', steps: [set('a')] },
        {
          id: 'two',
          pointOfNoReturn: true,
          steps: [{ id: 'look', action: 'toy.list', with: { prefix: '' } }],
        },
        { id: 'three', steps: [set('b')] },
      ],
    });
    await harness.start();
    await expect(harness.rollback()).rejects.toMatchObject({
      code: 'POINT_OF_NO_RETURN',
      message: expect.stringContaining('"two"'),
    });
    expect(harness.world.content()).toEqual({ a: 'new', b: 'new' });
    expect(await harness.rollback({ force: true })).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ a: 'old', b: 'old' });
  });

  it('that is interrupted ends the undo under way, and resume goes on with it', async () => {
    const harness = harnessOf([set('a'), set('b', ['a'])]);
    await harness.start();
    harness.revive();
    const interrupt = new AbortController();
    const done = harness.rollback({}, { interrupt });
    interrupt.abort();
    expect(await done).toMatchObject({ outcome: 'interrupted' });
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ a: 'old', b: 'old' });
  });
});

describe('an undo that fails', () => {
  const brittle: ToyStep = {
    id: 'brittle',
    action: 'toy.brittle',
    needs: ['a'],
    with: { key: 'x' },
  };

  async function stuck(): Promise<Harness> {
    const harness = harnessOf([set('a'), brittle, set('c', ['brittle'])], {}, { brittle: 'yes' });
    await harness.start();
    const result = await harness.rollback();
    expect(result).toMatchObject({
      outcome: 'stuck',
      error: { code: 'ROLLBACK_STUCK', exitCode: 5 },
    });
    expect(result.error?.message).toMatch(/May not delete it. Not undone: brittle, a/);
    return harness;
  }

  it('leaves alone what was begun before it, and says what a person must look at', async () => {
    const harness = await stuck();
    expect(harness.world.content()).toMatchObject({ a: 'new', x: 'odd' });
    expect(harness.world.values.has('c')).toBe(false);
  });

  it('is tried again on resume', async () => {
    const harness = await stuck();
    harness.world.values.set('brittle', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ a: 'old', b: 'old', brittle: 'no' });
  });

  it('can be marked done when a person has put things back', async () => {
    const harness = await stuck();
    harness.revive();
    await decideStep(harness.session(), {
      store: harness.store,
      step: 'brittle',
      decision: 'mark-done',
      reason: 'deleted it by hand',
    });
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toMatchObject({ a: 'old', x: 'odd' });
  });

  it('when it is a deferred one, leaves the run stuck, and resume brings the step back', async () => {
    const harness = harnessOf(
      [{ ...brittle, needs: [], deferUndo: true }, set('a', ['brittle'])],
      {},
      { brittle: 'yes' },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'stuck' });
    expect(harness.world.content()).toMatchObject({ a: 'new', x: 'odd' });
    harness.world.values.set('brittle', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.values.has('x')).toBe(false);
  });
});

it('a rollback whose time is used up is stuck, and resume goes on with it', async () => {
  const harness = harnessOf([set('a'), set('b', ['a'])]);
  await harness.start();
  harness.revive();
  harness.world.onCall = async ({ what, when }) => {
    if (what === 'set b' && when === 'before') harness.system.advance(600_000);
  };
  const result = await rollbackRun(harness.session(), {
    store: harness.store,
    timeoutMs: 600_000,
  });
  expect(result).toMatchObject({ outcome: 'stuck' });
  expect(result.error?.message).toMatch(/did not end within 10m/);
  expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
  expect(harness.world.content()).toEqual({ a: 'old', b: 'old' });
});
