// A target that is given up, when the run begins or in the middle of it: what is left to do on it is skipped, guards that
// would have asked it are a person's to answer, and nobody is asked for nothing.

import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/index.ts';
import type { Approver } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyPhase } from './support/toy-runbook.ts';

const approval = { by: 'ada', at: '2026-11-22T00:00:00Z', how: 'prompt' } as const;

interface Asked extends Approver {
  readonly questions: string[];
  answer: 'yes' | 'DECLINED' | 'APPROVAL_NEEDED';
}

function person(answer: Asked['answer'] = 'yes'): Asked {
  const asked: Asked = {
    questions: [],
    answer,
    approve: async ({ subject, message, typed }) => {
      asked.questions.push(`${subject}: ${message} [${typed ?? ''}]`);
      if (asked.answer !== 'yes') throw new DrctlError(asked.answer, 'No');
      return approval;
    },
  };
  return asked;
}

const passive = {
  id: 'passive',
  action: 'toy.get',
  with: { key: 'passive', target: 'source' },
  whenUnavailable: 'approve',
} as const;
const set = (key: string) => ({ id: key, action: 'toy.set', with: { key, value: 'x' } });
const guarded: readonly ToyPhase[] = [
  { id: 'first', guards: [passive], steps: [set('one'), set('two')] },
  { id: 'second', guards: [passive], steps: [set('three')] },
];
const targets = { source: { message: 'Is {{env.NAME}} off?', typed: '{{env.NAME}}' } };
const env = [{ name: 'NAME', value: 'mgmt-1', sensitive: false, origin: { from: 'set' } }] as const;

describe('a guard that says so is left out once a person has confirmed that its target is gone', () => {
  it('who is asked once, in the words of the runbook, and named in the journal', async () => {
    const ada = person();
    const harness = new Harness(
      { phases: guarded, targets, env: { NAME: { sensitive: false } } },
      { approver: ada, unavailable: ['source'], env },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(ada.questions).toEqual(['source: Is mgmt-1 off? [mgmt-1]']);
    expect(await harness.journal()).toContainEqual({
      type: 'target.given-up',
      target: 'source',
      approval,
    });
  });

  it.each(['DECLINED', 'APPROVAL_NEEDED'] as const)(
    'else nothing of the phase is begun and the run waits: %s',
    async (answer) => {
      const ada = person(answer);
      const harness = new Harness(
        { phases: guarded, targets: { source: undefined } },
        { approver: ada, unavailable: ['source'] },
      );
      expect(await harness.start()).toMatchObject({ outcome: 'waiting', error: { code: answer } });
      expect(harness.world.writes).toEqual([]);
      ada.answer = 'yes';
      expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
      expect(ada.questions).toHaveLength(2);
    },
  );

  it('in each session again: the target may be back days later', async () => {
    const ada = person();
    const phases: readonly ToyPhase[] = [
      { id: 'only', guards: [passive], steps: [set('one'), failing] },
    ];
    const harness = new Harness(
      { phases, targets: { source: undefined } },
      {
        approver: ada,
        unavailable: ['source'],
        actions: oddActions,
        values: { broken: 'yes' },
      },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(ada.questions).toHaveLength(2);
  });

  it('also where all that is left past the point of no return is skipped because it is gone', async () => {
    const ada = person('APPROVAL_NEEDED');
    const gone = {
      id: 'gone',
      action: 'toy.set',
      with: { key: 'one', value: 'x', target: 'source' },
    };
    const phases: readonly ToyPhase[] = [
      { id: 'final', pointOfNoReturn: true, steps: [gone] },
      { id: 'after', steps: [set('two')] },
    ];
    const harness = new Harness(
      { phases, targets },
      { approver: ada, unavailable: ['source'], env },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'waiting' });
    expect(harness.world.writes).toEqual([]);
    ada.answer = 'yes';
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(ada.questions).toHaveLength(2);
  });

  it('and is asked as ever while its target is there', async () => {
    const ada = person();
    const harness = new Harness(
      { phases: guarded, targets: { source: undefined } },
      { approver: ada },
    );
    expect(await harness.start()).toMatchObject({
      outcome: 'waiting',
      error: { code: 'GUARD_REFUSED' },
    });
    expect(ada.questions).toEqual([]);
  });
});

const failing = { id: 'fail', action: 'toy.fail', with: { key: 'f' } };

describe('a target that dies in the middle of a run', () => {
  const onSource = { id: 'gone', action: 'toy.fail', with: { key: 'f', target: 'source' } };

  it('is given up on resume: steps on it are skipped though they had begun, and the journal says so', async () => {
    const harness = new Harness(
      {
        phases: [
          { id: 'one', steps: [set('one'), onSource] },
          { id: 'two', guards: [passive], steps: [set('two')] },
        ],
        targets: { source: undefined },
      },
      { approver: person(), values: { broken: 'yes' }, actions: oddActions },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    harness.unavailable = ['source'];
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(await harness.statuses()).toMatchObject({ gone: 'skipped', two: 'succeeded' });
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({ type: 'run.resumed', unavailable: ['source'] }),
    );
    expect([...(await harness.state()).unavailable]).toEqual(['source']);
  });

  it('leaves a step in doubt unanswered: nobody can look, so it is not asked', async () => {
    const harness = new Harness(
      {
        phases: [
          {
            id: 'one',
            steps: [{ id: 'gone', action: 'toy.destroy', with: { key: 'x', target: 'source' } }],
          },
        ],
        targets: { source: undefined },
      },
      { approver: person(), values: { x: '1' } },
    );
    await harness.plan();
    harness.killAt({ of: 'append', n: 3, when: 'before' });
    await harness.start().catch(() => undefined);
    harness.unavailable = ['source'];
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(await harness.statuses()).toEqual({ gone: 'skipped' });
  });

  it('is not asked about by a phase that has nothing but steps on it', async () => {
    const ada = person();
    const harness = new Harness(
      {
        phases: [
          {
            id: 'teardown',
            approval: 'required',
            guards: [{ ...passive, whenUnavailable: 'refuse' }],
            steps: [onSource],
          },
        ],
        targets: { source: undefined },
      },
      { approver: ada, unavailable: ['source'], actions: oddActions },
    );
    expect((await harness.plan()).phases[0]).toMatchObject({ approval: 'none' });
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(ada.questions).toEqual([]);
  });
});

describe('a step that is skipped because its target was given up', () => {
  const risky = {
    id: 'gone',
    action: 'toy.destroy',
    with: { key: 'x', target: 'source' },
    whenUnavailable: 'The old thing may come back',
  };

  it('says in plan and journal what that leaves open, in the words of the runbook', async () => {
    const harness = new Harness(
      { phases: [{ id: 'one', steps: [risky] }], targets: { source: undefined } },
      { unavailable: ['source'] },
    );
    const because = 'target "source" is unavailable: The old thing may come back';
    expect((await harness.plan()).phases[0]?.steps[0]?.fate).toEqual({ kind: 'skipped', because });
    await harness.start();
    expect(await harness.journal()).toContainEqual({ type: 'step.skipped', step: 'gone', because });
  });

  it('is known to conditions by run.unavailable', async () => {
    const phases: readonly ToyPhase[] = [
      {
        id: 'one',
        steps: [
          { ...set('with'), when: "!('source' in run.unavailable)" },
          { ...set('without'), when: "'source' in run.unavailable" },
        ],
      },
    ];
    const there = new Harness({ phases });
    await there.start();
    expect(there.world.content()).toEqual({ with: 'x' });
    const gone = new Harness(
      { phases, targets: { source: undefined } },
      { unavailable: ['source'] },
    );
    await gone.start();
    expect(gone.world.content()).toEqual({ without: 'x' });
  });
});
