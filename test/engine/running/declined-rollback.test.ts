// A rollback that asks a person: no is an answer, not a failure, and while nothing was undone the run is as before.

import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/index.ts';
import type { Approver } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyStep } from './support/toy-runbook.ts';

const set = (id: string, needs: readonly string[] = []): ToyStep => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
const back = { id: 'a-back', action: 'toy.set', with: { key: 'a', value: 'by hand' } };
const confirm = { id: 'confirm-loss', action: 'toy.confirm', with: { key: 'a' } };
const waiting: ToyStep = {
  id: 'late',
  action: 'toy.wait',
  needs: ['look'],
  with: { key: 'it' },
  timeoutMs: 1_000,
};
const look: ToyStep = { id: 'look', action: 'toy.list', needs: ['a'], with: { prefix: '' } };
const yes = { by: 'op@here', at: '2026-01-01T00:00:00.000Z', how: 'flag' } as const;

function saysNo(code: 'DECLINED' | 'APPROVAL_NEEDED'): Approver {
  return {
    approve: async ({ subject }) => {
      throw new DrctlError(code, 'No', { hint: `Add --approve ${subject}` });
    },
  };
}

function harnessOf(steps: readonly ToyStep[], undo: readonly ToyStep[] = [confirm, back]): Harness {
  return new Harness(
    { phases: [{ id: 'only', steps }], rollback: { a: undo } },
    { actions: oddActions, values: { a: 'old' } },
  );
}

describe('a rollback that nobody agrees to', () => {
  it.each([
    ['DECLINED', 3],
    ['APPROVAL_NEEDED', 5],
  ] as const)('waits with %s, exit %i, and nothing of it has failed', async (code, exitCode) => {
    const harness = harnessOf([set('a'), look]);
    await harness.start();
    harness.approver = saysNo(code);
    expect(await harness.rollback()).toMatchObject({
      outcome: 'waiting',
      error: { code, exitCode, step: 'a' },
    });
    expect((await harness.journal()).map(({ type }) => type)).not.toContain('step.undo-failed');
    expect(harness.world.content()).toMatchObject({ a: 'new' });
  });

  it('leaves the run as it was, and resume goes forward', async () => {
    const harness = harnessOf([set('a'), look, waiting]);
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    const before = await harness.state();
    harness.approver = saysNo('DECLINED');
    await harness.rollback();
    const after = await harness.state();
    expect(after.instances).toEqual(before.instances);
    expect({ status: after.status, rollback: after.rollback }).toEqual({
      status: before.status,
      rollback: undefined,
    });
    harness.world.values.set('it', 'there');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ a: 'new' });
  });

  it('may be asked for again at any time', async () => {
    const harness = harnessOf([set('a'), look]);
    await harness.start();
    harness.approver = saysNo('DECLINED');
    await harness.rollback();
    harness.approver = { approve: async () => yes };
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toMatchObject({ a: 'by hand' });
  });

  it('is gone on with by resume once something was undone', async () => {
    const harness = harnessOf([set('a'), set('b', ['a'])]);
    await harness.start();
    harness.approver = saysNo('DECLINED');
    expect(await harness.rollback()).toMatchObject({ outcome: 'waiting' });
    expect(harness.world.values.has('b')).toBe(false);
    harness.approver = { approve: async () => yes };
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
  });

  it('is gone on with by resume when the undo that asks had begun to change things', async () => {
    const harness = harnessOf([set('a'), look], [back, confirm]);
    await harness.start();
    harness.approver = saysNo('DECLINED');
    expect(await harness.rollback()).toMatchObject({ outcome: 'waiting' });
    harness.approver = { approve: async () => yes };
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
  });

  it('is gone on with by resume when the process died before anybody answered', async () => {
    const harness = harnessOf([set('a'), look]);
    await harness.start();
    harness.approver = {
      approve: async () => {
        harness.store.onAppend = () => {
          throw new Error('dead');
        };
        throw new DrctlError('DECLINED', 'No');
      },
    };
    await harness.rollback().catch(() => undefined);
    expect((await harness.state()).status).toBe('rolling-back');
    harness.approver = saysNo('DECLINED');
    expect(await harness.resume()).toMatchObject({ outcome: 'waiting' });
    expect(await harness.state()).toMatchObject({ status: 'finished', outcome: 'succeeded' });
  });

  it('asks in the name of the runbook’s own step, which --approve then answers', async () => {
    const subjects: string[] = [];
    const harness = harnessOf([set('a'), look]);
    await harness.start();
    harness.approver = {
      approve: async ({ subject }) => {
        subjects.push(subject);
        return yes;
      },
    };
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(subjects).toEqual(['confirm-loss']);
  });

  it('is asked too when a failed step began the rollback, and no leaves the step to resume', async () => {
    const harness = harnessOf([set('a'), look, { ...waiting, onFailure: 'rollback' }]);
    harness.approver = saysNo('APPROVAL_NEEDED');
    expect(await harness.start()).toMatchObject({
      outcome: 'waiting',
      error: { code: 'APPROVAL_NEEDED', hint: expect.stringContaining('--approve confirm-loss') },
    });
    harness.world.values.set('it', 'there');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it('interrupted at the question it goes on with the question', async () => {
    const harness = harnessOf([set('a'), look]);
    await harness.start();
    const interrupt = new AbortController();
    harness.approver = {
      approve: async () => {
        interrupt.abort();
        return new Promise(() => undefined);
      },
    };
    expect(await harness.rollback({}, { interrupt })).toMatchObject({ outcome: 'interrupted' });
    harness.approver = { approve: async () => yes };
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
  });
});
