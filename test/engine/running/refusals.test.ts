// What must hold before anything is done: preconditions, approvals, guards, and the risk that was approved.

import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/index.ts';
import type { Approver } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyPhase } from './support/toy-runbook.ts';

function approver(answer: 'yes' | 'DECLINED' | 'APPROVAL_NEEDED'): Approver {
  return {
    approve: async ({ subject }) => {
      if (answer !== 'yes') throw new DrctlError(answer, `No for ${subject}`);
      return { by: 'ada', at: '2026-11-22T00:00:00Z', how: 'prompt' };
    },
  };
}

const write = { id: 'write', action: 'toy.set', with: { key: 'new', value: 'x' } };
const yes = approver('yes');

describe('preconditions', () => {
  const checks = ['a', 'b', 'c'].map((key) => ({
    id: `has-${key}`,
    action: 'toy.get',
    with: { key },
  }));

  it('are looked at again when a run begins, and refuse it with all that fail before it exists', async () => {
    const harness = new Harness(
      { phases: [{ id: 'only', steps: [write] }], preconditions: checks },
      { values: { a: '1', b: '1', c: '1' } },
    );
    await harness.plan();
    harness.world.values.delete('a');
    harness.world.values.delete('c');
    const failure = await harness.start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'PRECONDITION_FAILED', problems: [{}, {}] });
    expect((failure as Error).message).toMatch(/has-a.*has-c/);
    expect(await harness.store.list()).toEqual([]);
    expect(harness.world.writes).toEqual([]);
  });

  it('are not looked at again on resume: the run itself may have changed them', async () => {
    const harness = new Harness(
      {
        phases: [
          { id: 'one', steps: [{ id: 'destroy', action: 'toy.destroy', with: { key: 'a' } }] },
          { id: 'two', steps: [{ id: 'fail', action: 'toy.fail', with: { key: 'f' } }] },
        ],
        preconditions: checks.slice(0, 1),
      },
      { values: { a: '1', broken: 'yes' }, actions: oddActions },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('the approval of a phase', () => {
  const phases: readonly ToyPhase[] = [
    { id: 'first', steps: [{ ...write, id: 'before', with: { key: 'first', value: 'x' } }] },
    { id: 'second', approval: 'required', steps: [write] },
  ];

  it('is asked for when the phase before it has ended, and is journaled', async () => {
    const harness = new Harness({ phases });
    harness.approver = {
      approve: async (request) => {
        expect(harness.world.content()).toEqual({ first: 'x' });
        return yes.approve(request);
      },
    };
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(await harness.journal()).toContainEqual({
      type: 'phase.approved',
      phase: 'second',
      approval: { by: 'ada', at: '2026-11-22T00:00:00Z', how: 'prompt' },
      digest: expect.stringMatching(/^sha256:/),
    });
  });

  it.each([
    ['APPROVAL_NEEDED', 5],
    ['DECLINED', 3],
  ] as const)(
    'keeps the run waiting without one (%s), and resume asks again',
    async (code, exitCode) => {
      const harness = new Harness({ phases }, { approver: approver(code) });
      const result = await harness.start();
      expect(result).toMatchObject({ outcome: 'waiting', error: { code, exitCode } });
      expect(harness.world.content()).toEqual({ first: 'x' });
      harness.approver = yes;
      expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    },
  );

  it('is asked for again in a later session: what was said then does not approve what is destroyed now', async () => {
    const asked: string[] = [];
    const harness = new Harness(
      {
        phases: [
          {
            id: 'second',
            approval: 'required',
            steps: [{ id: 'fail', action: 'toy.fail', with: { key: 'f' } }],
          },
        ],
      },
      { actions: oddActions, values: { broken: 'yes' } },
    );
    harness.approver = {
      approve: async (request) => {
        asked.push(request.subject);
        return yes.approve(request);
      },
    };
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(asked).toEqual(['second', 'second']);
  });

  it('keeps the run waiting too when a step of its own asks', async () => {
    const ask = { id: 'ask', action: 'toy.ask', with: { key: 'answer' } };
    const harness = new Harness(
      { phases: [{ id: 'only', steps: [ask] }] },
      { approver: approver('APPROVAL_NEEDED'), actions: oddActions },
    );
    const result = await harness.start();
    expect(result).toMatchObject({ outcome: 'waiting', error: { code: 'APPROVAL_NEEDED' } });
    expect(await harness.statuses()).toEqual({ ask: 'refused' });
    harness.approver = yes;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual({ answer: 'ada' });
  });
});

describe('guards', () => {
  const guarded: ToyPhase = {
    id: 'teardown',
    guards: [{ id: 'serves', action: 'toy.get', with: { key: 'serves' } }],
    steps: [
      { id: 'look', action: 'toy.list', with: { prefix: '' } },
      { id: 'one', action: 'toy.destroy', with: { key: 'one' } },
      { id: 'two', action: 'toy.destroy', needs: ['one'], with: { key: 'two' } },
    ],
  };

  it('are looked at before every change, and refuse the one before which they stop to hold', async () => {
    const harness = new Harness(
      { phases: [guarded] },
      { values: { one: 'x', two: 'x', serves: 'y' } },
    );
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set one' && when === 'after') harness.world.values.delete('serves');
    };
    const result = await harness.start();
    expect(result).toMatchObject({
      outcome: 'waiting',
      error: { code: 'GUARD_REFUSED', exitCode: 3 },
    });
    expect(harness.world.content()).toEqual({ two: 'x' });
    expect(await harness.statuses()).toEqual({
      look: 'succeeded',
      one: 'succeeded',
      two: 'refused',
    });
    harness.world.values.set('serves', 'y');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it('refuse where their target is unavailable: nobody can tell whether they hold', async () => {
    const blind = {
      ...guarded,
      guards: [{ id: 'serves', action: 'toy.get', with: { key: 'serves', target: 'source' } }],
    };
    const harness = new Harness(
      { phases: [blind] },
      { values: { one: 'x', two: 'x', serves: 'y' }, unavailable: ['source'] },
    );
    expect(await harness.start()).toMatchObject({
      outcome: 'waiting',
      error: { code: 'GUARD_REFUSED', message: expect.stringContaining('"source" is unavailable') },
    });
    expect(harness.world.content()).toEqual({ one: 'x', two: 'x', serves: 'y' });
  });

  it('refuse where their server does not answer, and say that instead of what they would have found', async () => {
    const asking = {
      ...guarded,
      guards: [{ id: 'serves', action: 'toy.get', with: { key: 'serves', target: 'source' } }],
    };
    const values = { one: 'x', two: 'x', serves: 'y' };
    const harness = new Harness({ phases: [asking] }, { values });
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what !== 'get serves' || when !== 'before') return;
      throw new DrctlError('CLIENT_UNREACHABLE', 'ECONNREFUSED', { retryable: true });
    };
    const refused =
      'Guard "serves" cannot be told: the server of target "source" does not answer (ECONNREFUSED)';
    expect(await harness.start()).toMatchObject({
      outcome: 'waiting',
      error: { code: 'GUARD_REFUSED', message: refused },
    });
    expect(harness.world.content()).toEqual(values);
  });

  it('that need the outputs of a step hold back all changes of the phase until it has ended', async () => {
    const harness = new Harness(
      {
        phases: [
          {
            ...guarded,
            guards: [
              {
                id: 'serves',
                action: 'toy.get',
                with: { key: '{{steps.find.outputs.value}}' },
                references: ['find'],
              },
            ],
            steps: [...guarded.steps, { id: 'find', action: 'toy.get', with: { key: 'name' } }],
          },
        ],
      },
      { values: { one: 'x', two: 'x', name: 'serves', serves: 'y' } },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual({ name: 'serves', serves: 'y' });
  });
});

describe('a step that is riskier than what was approved', () => {
  const phases: readonly ToyPhase[] = [{ id: 'only', steps: [write] }];

  it('is not begun, and the run waits', async () => {
    const harness = new Harness({ phases }, { approver: approver('APPROVAL_NEEDED') });
    await harness.plan();
    harness.world.values.set('new', 'precious');
    const result = await harness.start();
    expect(result).toMatchObject({
      outcome: 'waiting',
      error: { code: 'RISK_RAISED', exitCode: 5 },
    });
    expect(harness.world.content()).toEqual({ new: 'precious' });
  });

  it('is carried out when a person agrees', async () => {
    const harness = new Harness({ phases }, { approver: yes });
    await harness.plan();
    harness.world.values.set('new', 'precious');
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual({ new: 'x' });
  });
});

it('a step on a target that was given up is skipped, and the run goes on', async () => {
  const harness = new Harness(
    {
      phases: [
        {
          id: 'only',
          steps: [
            { id: 'gone', action: 'toy.destroy', with: { key: 'x', target: 'source' } },
            { ...write, needs: ['gone'] },
          ],
        },
      ],
    },
    { values: { x: '1' }, unavailable: ['source'] },
  );
  expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
  expect(harness.world.content()).toEqual({ x: '1', new: 'x' });
  expect(await harness.journal()).toContainEqual({
    type: 'step.skipped',
    step: 'gone',
    because: expect.stringContaining('target "source" is unavailable'),
  });
});
