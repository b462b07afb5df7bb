// A phase that several people have to approve: one process hears one of them, the words of the others are in the
// journal, for what they were given for, and not for ever.

import { beforeEach, describe, expect, it } from 'vitest';
import { createRedactor, recordApproval } from '../../../src/engine/index.ts';
import { approvalStanding } from '../../../src/engine/running/phase-approvals.ts';
import type { Approver } from '../../../src/engine/index.ts';
import { Harness, runId } from './support/harness.ts';
import type { ToyPhase } from './support/toy-runbook.ts';

const hourMs = 3_600_000;
const write = (id: string) => ({ id, action: 'toy.set', with: { key: id, value: 'x' } });
const failing = { ...write('sure'), action: 'toy.flaky', retry: { attempts: 1 } };
const phases: readonly ToyPhase[] = [
  { id: 'first', steps: [write('one')] },
  {
    id: 'last',
    approval: 'required',
    approvals: 2,
    confirm: { message: 'All of it goes', typed: 'demo' },
    steps: [write('two'), write('three')],
  },
];

let harness: Harness;
let questions: string[];
beforeEach(() => {
  harness = new Harness({ phases });
  questions = [];
  harness.approver = approverOf('ana@bastion');
});

function approverOf(by: string): Approver {
  return {
    approve: async ({ subject, message, typed }) => {
      questions.push(`${subject}: ${message} [${typed ?? ''}]`);
      return approvalOf(by);
    },
  };
}

function approvalOf(by: string) {
  return { by, at: harness.system.now().toISOString(), how: 'prompt' as const };
}

/** As `drctl approve` does, from another machine. */
async function approve(by: string, subject = 'last'): Promise<number> {
  const header = await harness.store.header(runId);
  const { runbook } = harness;
  const { registry } = harness.session();
  const state = await harness.state();
  const phase = runbook.phases[1];
  if (phase === undefined) throw new Error('There is no second phase');
  const now = () => harness.system.now();
  const { digest } = approvalStanding({ plan: header.plan, state, phase, now: now() });
  const [user = '', host = ''] = by.split('@');
  const { missing } = await recordApproval(
    { header, runbook, registry, redactor: createRedactor([]), emit: () => undefined, now },
    {
      store: harness.store,
      subject,
      digest,
      approval: approvalOf(by),
      reason: 'seen',
      by: { user, host, pid: 2 },
    },
  );
  return missing;
}

const waiting = { outcome: 'waiting', error: { code: 'APPROVAL_NEEDED' } };

describe('a phase that two people have to approve', () => {
  it('begins when the second of them has said yes; both are in the journal', async () => {
    expect(await harness.start()).toMatchObject({
      ...waiting,
      error: {
        message: expect.stringContaining(
          'It takes 2 people; ana@bastion has approved, 1 more is needed',
        ),
        hint: expect.stringContaining(`"drctl approve ${runId} last"`),
      },
    });
    expect(harness.world.content()).toEqual({ one: 'x' });
    expect(await approve('bob@laptop')).toBe(0);
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual({ one: 'x', two: 'x', three: 'x' });
    const journal = await harness.journal();
    expect(journal.filter(({ type }) => type === 'approval.given')).toMatchObject([
      { approval: { by: 'ana@bastion' } },
      { approval: { by: 'bob@laptop' }, reason: 'seen' },
      { approval: { by: 'ana@bastion' } },
    ]);
    expect(journal).toContainEqual({
      type: 'phase.approved',
      phase: 'last',
      approval: expect.objectContaining({ by: 'ana@bastion' }),
      digest: expect.stringMatching(/^sha256:/),
      people: ['bob@laptop'],
    });
  });

  it('is asked about in its own words, with what has been said so far', async () => {
    await harness.start();
    await harness.resume();
    expect(questions).toEqual([
      'last: All of it goes. It takes 2 people; nobody has approved, 2 more are needed. [demo]',
      'last: All of it goes. It takes 2 people; ana@bastion has approved, 1 more is needed. [demo]',
    ]);
  });

  it('does not begin for one person twice, on whichever machines', async () => {
    await harness.start();
    expect(await approve('ana@laptop')).toBe(1);
    expect(await harness.resume()).toMatchObject(waiting);
    expect(harness.world.content()).toEqual({ one: 'x' });
  });

  it('does not begin on a word of hours ago, or on one from a clock that is wrong', async () => {
    await harness.start();
    await approve('bob@laptop');
    harness.system.advance(5 * hourMs);
    expect(await harness.resume()).toMatchObject(waiting);
    await approve('bob@laptop');
    harness.system.advance(-2 * hourMs);
    expect(await harness.resume()).toMatchObject(waiting);
    expect(harness.world.content()).toEqual({ one: 'x' });
  });

  it('uses the words up: what is left of it after a failure is approved anew, by both', async () => {
    const last = {
      ...phases[1],
      id: 'last',
      steps: [write('two'), { ...failing, needs: ['two'] }],
    };
    harness = new Harness({ phases: [phases[0] as ToyPhase, last] });
    harness.approver = approverOf('ana@bastion');
    await harness.start();
    await approve('bob@laptop');
    expect(await harness.resume()).toMatchObject({ outcome: 'failed' });
    expect(await harness.resume()).toMatchObject(waiting);
  });

  it('does not begin on words that were given for something else', async () => {
    await harness.start();
    await approve('bob@laptop');
    harness.unavailable = ['elsewhere'];
    expect(await harness.resume()).toMatchObject(waiting);
  });

  it('is not approved before its turn, nor where one person is enough, nor while somebody works on the run', async () => {
    await harness.start();
    await expect(approve('bob@laptop', 'first')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(approve('bob@laptop', 'lst')).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'Did you mean "last"?',
    });
    const lease = await harness.store.open(runId, { by: { user: 'ana', host: 'bastion', pid: 1 } });
    await expect(approve('bob@laptop')).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      message: expect.stringContaining('ana'),
    });
    await lease.release();
    await approve('bob@laptop');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    await expect(approve('bob@laptop')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
