// The impact of a run: computed over what is planned, and a plan is refused for one that must not be.

import { expect, it } from 'vitest';
import { planRun } from '../../../src/engine/index.ts';
import type { Impact, Plan, Step } from '../../../src/engine/index.ts';
import { get, make, set, worldOf } from './plans.ts';
import { phase, step, toySession } from './toy-world.ts';

async function planned(
  impact: readonly Impact[],
  steps: readonly Step[],
  offline = false,
): Promise<Plan> {
  const world = worldOf({ 'a/one': 0, 'a/two': 1 });
  const session = toySession({ world, offline, phases: [phase('p', steps)] });
  return planRun({ ...session, runbook: { ...session.runbook, impact } });
}

const changed = "changes.filter(c, c.operation == 'update').map(c, c.object)";
const steps = [set('one'), set('two'), make('three')];

it('is computed over the changes of all steps', async () => {
  const value = `changes.map(c, [c.phase, c.step, c.action, c.operation, c.target, c.object, c.risk, c.params.name, c.fields[0].path])`;
  const plan = await planned([{ title: 'All', value }], [set('one'), make('three')]);
  expect(plan.impact).toEqual([
    {
      title: 'All',
      refuses: false,
      value: [
        ['p', 'one', 'toy.set', 'update', 'a', 'one', 'safe', 'one', 'value'],
        ['p', 'three', 'toy.make', 'create', 'a', 'three', 'safe', 'three', 'value'],
      ],
    },
  ]);
});

const mustBe = (wanted: readonly string[]) => ({
  title: 'Changed',
  value: changed,
  mustBe: wanted,
});

it('refuses the plan when it is not what it must be', async () => {
  const well = await planned([mustBe(['one'])], steps);
  expect(well.impact).toEqual([
    { title: 'Changed', value: ['one'], mustBe: ['one'], refuses: false },
  ]);
  expect(well.canApply).toBe(true);
  const ill = await planned([mustBe([])], steps);
  expect(ill.impact).toMatchObject([{ refuses: true }]);
  expect(ill.canApply).toBe(false);
});

it('has to be known beforehand where it must be something', async () => {
  const value = "steps['later'].outputs.value == 1 ? size(changes) : 0";
  const later = { ...get('later'), needs: ['three'] };
  const plan = await planned([{ title: 'Later', value, mustBe: 0 }], [make('three'), later]);
  expect(plan.impact).toEqual([
    { title: 'Later', mustBe: 0, refuses: true, because: 'known after later' },
  ]);
  expect(plan.canApply).toBe(false);
  const mere = await planned([{ title: 'Later', value }], [make('three'), later]);
  expect(mere.impact).toEqual([{ title: 'Later', refuses: false, because: 'known after later' }]);
  expect(mere.canApply).toBe(true);
});

it('sees a step that acts on what is not known yet', async () => {
  const later = { ...get('later'), needs: ['three'] };
  const use = { ...set('use', '{{steps.later.outputs.value}}'), needs: ['later'] };
  const value = "changes.filter(c, c.operation == 'later').map(c, [c.step, c.params.name])";
  const plan = await planned([{ title: 'Later', value }], [make('three'), later, use]);
  expect(plan.impact).toMatchObject([{ value: [['use', '(known after later)']] }]);
});

it('refuses the plan when it can never be computed and had to be something', async () => {
  const value = 'changes[0].nothing';
  const plan = await planned([{ title: 'Some', value, mustBe: 0 }], steps);
  expect(plan.impact).toMatchObject([
    { refuses: true, because: expect.stringContaining('nothing') },
  ]);
  expect(plan.canApply).toBe(false);
  const mere = await planned([{ title: 'Some', value }], steps);
  expect(mere.canApply).toBe(true);
});

it('has no secrets in it', async () => {
  const secret = step({
    id: 'secret',
    action: 'toy.make',
    with: { target: 'a', name: 'three', to: 'hunter22', password: 'hunter22' },
  });
  const value = 'changes.map(c, [string(c.fields[0].after), c.params.password])';
  const plan = await planned([{ title: 'All', value }], [secret]);
  expect(plan.impact).toHaveLength(1);
  expect(JSON.stringify(plan.impact)).not.toContain('hunter22');
});

it('is not asked for where nothing was read', async () => {
  const plan = await planned([{ title: 'Changed', value: changed, mustBe: 1 }], steps, true);
  expect(plan.impact).toBeUndefined();
});
