import { expect, it } from 'vitest';
import { createRegistry, summarizeRun } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import { toyActions } from './support/toy-actions.ts';

it('a run at a glance says where each step stands and what can still be undone', async () => {
  const harness = new Harness(
    {
      phases: [
        {
          id: 'one',
          steps: [
            { id: 'a', action: 'toy.set', with: { key: 'a', value: 'x' } },
            { id: 'skip', action: 'toy.set', when: '1 == 2', with: { key: 's', value: 'x' } },
          ],
        },
        {
          id: 'two',
          pointOfNoReturn: true,
          steps: [
            { id: 'gone', action: 'toy.destroy', with: { key: 'old' } },
            { id: 'fail', action: 'toy.fail', needs: ['gone'], with: { key: 'f' } },
            {
              id: 'each',
              action: 'toy.set',
              needs: ['fail'],
              forEach: '[1]',
              with: { key: 'e', value: 'x' },
            },
          ],
        },
      ],
    },
    { actions: oddActions, values: { old: '1', broken: 'yes' } },
  );
  await harness.start();
  const registry = createRegistry([...toyActions, ...oddActions]);
  const summary = summarizeRun(harness.runbook, registry, await harness.state(), {
    unavailable: [],
  });
  const steps = summary.phases.flatMap((phase) =>
    phase.steps.flatMap((step) => [
      `${phase.id} ${step.id} ${step.instances.map(({ status }) => status).join() || 'not expanded'}`,
    ]),
  );
  expect(steps).toEqual([
    'one a succeeded',
    'one skip skipped',
    'two gone succeeded',
    'two fail failed',
    'two each not expanded',
  ]);
  expect(summary.phases.map(({ done }) => done)).toEqual([true, false]);
  expect(summary.undo.map(({ instance, how }) => `${instance} ${how}`)).toEqual([
    'fail nothing',
    'gone impossible',
    'a undo',
  ]);
  expect(summary.pointOfNoReturn).toBe('two');
  const failed = summary.phases[1]?.steps[1]?.instances[0];
  expect(failed).toMatchObject({ attempts: 1, error: { code: 'CLIENT_INVALID', hint: 'Mend it' } });
});
