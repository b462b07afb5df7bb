// What a step is planned on: the world as the steps before it will leave it, as far as they can tell.

import { describe, expect, it } from 'vitest';
import { createRegistry, planRun } from '../../../src/engine/index.ts';
import { fateOf, get, instanceOf, make, set, worldOf } from './plans.ts';
import { foreseeToys, phase, step, toyRegistry, toySession } from './toy-world.ts';
import type { ToyPorts, ToyWorld } from './toy-world.ts';
import type { Phase } from '../../../src/engine/index.ts';

async function planOn(world: ToyWorld, ...phases: readonly Phase[]) {
  return planRun(toySession({ phases, ports: { readers: world, foresee: foreseeToys } }));
}

const change = (id: string, to: number) =>
  step({ id, action: 'toy.set', with: { target: 'a', name: 'thing', to } });

describe('a step that acts', () => {
  it('is planned on what the steps that it needs will make', async () => {
    const use = { ...set('use', 'thing', 2), needs: ['thing'] };
    const plan = await planOn(worldOf({}), phase('p', [make('thing'), use]));
    expect(instanceOf(plan, 'use').changes).toMatchObject([{ kind: 'update' }]);
    expect(plan.canApply).toBe(true);
  });

  it('has nothing to do where an earlier phase will have done it', async () => {
    const world = worldOf({ 'a/thing': 1 });
    const phases = [phase('p', [change('first', 2)]), phase('q', [change('second', 2)])];
    const plan = await planOn(world, ...phases);
    expect(instanceOf(plan, 'first').changes).toMatchObject([{ kind: 'update' }]);
    expect(instanceOf(plan, 'second').changes).toEqual([
      { kind: 'none', because: 'it is so already' },
    ]);
  });

  it('is not planned on what goes on beside it', async () => {
    const world = worldOf({ 'a/thing': 1 });
    const plan = await planOn(world, phase('p', [change('one', 2), change('other', 2)]));
    expect(instanceOf(plan, 'other').changes).toMatchObject([{ kind: 'update' }]);
  });

  it('is not planned on what is undone when its phase ends', async () => {
    const world = worldOf({ 'a/thing': 1 });
    const passing = { ...change('passing', 2), deferUndo: true };
    const within = { ...change('within', 2), needs: ['passing'] };
    const phases = [phase('p', [passing, within]), phase('q', [change('afterwards', 2)])];
    const plan = await planOn(world, ...phases);
    expect(instanceOf(plan, 'within').changes).toMatchObject([{ kind: 'none' }]);
    expect(instanceOf(plan, 'afterwards').changes).toMatchObject([{ kind: 'update' }]);
  });
});

/** Ids of the steps that are asked what they will leave. */
async function askedOf(...phases: readonly Phase[]): Promise<readonly string[]> {
  const asked: string[] = [];
  const registry = createRegistry<ToyPorts>(
    toyRegistry.actions.map((action) => ({
      ...action,
      plan: async (params, ctx) => {
        const planned = await action.plan(params, ctx);
        const consequences = async () => {
          expect(ctx.asked).toBe('consequences');
          asked.push(ctx.step.id);
          return [];
        };
        return { ...planned, consequences };
      },
    })),
  );
  await planRun({
    ...toySession({ phases, ports: { readers: worldOf({ 'a/x': 1 }) } }),
    registry,
  });
  return asked.sort();
}
const reading = (id: string, ...needs: readonly string[]) => ({ ...get(id, 'x'), needs });
const acting = (id: string, ...needs: readonly string[]) => ({ ...set(id, 'x'), needs });

describe('what a step will leave is asked for', () => {
  it('where a step that acts needs it, if only by way of others', async () => {
    const steps = [acting('one'), reading('two', 'one'), acting('three', 'two'), acting('beside')];
    expect(await askedOf(phase('p', steps))).toEqual(['one', 'two']);
  });

  it('where a later phase acts', async () => {
    const phases = [phase('p', [acting('one')]), phase('q', [reading('two'), acting('three')])];
    expect(await askedOf(...phases)).toEqual(['one']);
  });

  it('not where only looks follow', async () => {
    const phases = [phase('p', [acting('one')]), phase('q', [reading('two', 'one')])];
    expect(await askedOf(...phases)).toEqual([]);
  });
});

it('a step that reads is planned on the world as it is', async () => {
  const world = worldOf({ 'a/thing': 1 });
  const look = { ...get('thing'), id: 'look', needs: ['change'] };
  const plan = await planOn(world, phase('p', [change('change', 2), look, useOf('look')]));
  expect(instanceOf(plan, 'use').changes).toMatchObject([
    { fields: [{ path: 'value', after: 1 }] },
  ]);
});

const useOf = (from: string) =>
  step({
    id: 'use',
    action: 'toy.make',
    needs: [from],
    with: { target: 'a', name: 'copy', to: `{{steps.${from}.outputs.value}}` },
  });

describe('a value that is not known yet', () => {
  const later = { ...get('later'), needs: ['maker'] };
  const maker = step({
    id: 'maker',
    action: 'toy.make',
    with: { target: 'a', name: 'other', to: 1 },
  });

  it('is told as such where the action only passes it on', async () => {
    const plan = await planOn(worldOf({}), phase('p', [maker, later, useOf('later')]));
    expect(instanceOf(plan, 'use')).toMatchObject({
      changes: [{ kind: 'create', fields: [{ after: '(known after later)' }] }],
      notes: ['some of its values are known after later'],
    });
  });

  it('keeps a step from being planned where it names something', async () => {
    const use = { ...set('use', '{{steps.later.outputs.value}}'), needs: ['later'] };
    const plan = await planOn(worldOf({}), phase('p', [maker, later, use]));
    expect(fateOf(plan, 'use')).toMatchObject({ kind: 'later', waitsFor: ['later'] });
  });

  it('makes the outputs of that step unknown too', async () => {
    const made = { ...set('made', '{{steps.use.outputs.made}}'), needs: ['use'] };
    const plan = await planOn(worldOf({}), phase('p', [maker, later, useOf('later'), made]));
    expect(fateOf(plan, 'made')).toMatchObject({ kind: 'later', waitsFor: ['use'] });
  });
});
