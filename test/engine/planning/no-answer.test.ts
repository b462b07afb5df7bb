// A server that does not answer says nothing about what was asked of it.

import { expect, it } from 'vitest';
import { planRun } from '../../../src/engine/index.ts';
import { get, instanceOf, worldOf } from './plans.ts';
import { check, phase, toySession } from './toy-world.ts';

const said = 'cannot be told: the server of target "a" does not answer (a does not answer)';
const ask = { target: 'a', name: 'x', is: 1 };
const passive = check({ id: 'passive', with: ask, message: 'The cluster is not passive' });

function silentWorld() {
  const world = worldOf({});
  world.down.add('a');
  return world;
}

it('a precondition whose server does not answer does not fail in the words of the runbook', async () => {
  const session = toySession({ world: silentWorld(), preconditions: [passive] });
  expect((await planRun(session)).preconditions).toEqual([
    {
      id: 'passive',
      severity: 'error',
      verdict: 'fails',
      unanswered: true,
      message: said,
      error: {
        code: 'CLIENT_UNREACHABLE',
        message: said,
        hint: 'Check that the server of target "a" is up and can be reached',
      },
    },
  ]);
});

it('a precondition that is looked at and does not hold fails in the words of the runbook', async () => {
  const plan = await planRun(toySession({ preconditions: [passive] }));
  expect(plan.preconditions).toMatchObject([{ message: 'The cluster is not passive' }]);
  expect(plan.preconditions[0]).not.toHaveProperty('unanswered');
});

it('a step whose server does not answer cannot be told either', async () => {
  const plan = await planRun(
    toySession({ world: silentWorld(), phases: [phase('p', [get('one')])] }),
  );
  expect(instanceOf(plan, 'one').error).toMatchObject({
    code: 'CLIENT_UNREACHABLE',
    message: said,
  });
});

it.each([
  ['a step', [phase('p', [{ ...get('one'), whenUnavailable: 'it stays as it is' }])]],
  [
    'a guard',
    [
      phase('p', [get('one')], {
        guards: [check({ id: 'g', with: ask, whenUnavailable: 'approve' })],
      }),
    ],
  ],
])('--unavailable is named where %s says what is without the target', async (_, phases) => {
  const plan = await planRun(
    toySession({ world: silentWorld(), preconditions: [passive], phases }),
  );
  expect(plan.preconditions[0]?.error?.hint).toBe(
    'Check that the server of target "a" is up and can be reached; if target "a" is gone for good, go on without it: --unavailable a',
  );
});

it('a check whose time was used up by a server that does not answer cannot be told', async () => {
  const hasty = { ...passive, timeoutMs: 100 };
  const plan = await planRun(toySession({ world: silentWorld(), preconditions: [hasty] }));
  expect(plan.preconditions).toMatchObject([{ message: said, unanswered: true }]);
});

it('a check that waits in vain for what a server that answers shows has failed', async () => {
  const world = worldOf({});
  world.read = () => new Promise(() => {});
  const hasty = { ...passive, timeoutMs: 5 };
  const plan = await planRun(toySession({ world, preconditions: [hasty] }));
  expect(plan.preconditions).toMatchObject([
    { message: 'The cluster is not passive', error: { code: 'STEP_TIMEOUT' } },
  ]);
});
