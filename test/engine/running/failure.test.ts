import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyStep } from './support/toy-runbook.ts';

const down = { id: 'op', action: 'toy.set', with: { key: 'op', value: 'down' }, deferUndo: true };
const fail = { id: 'fail', action: 'toy.fail', needs: ['op'], with: { key: 'f' } };
const after = { id: 'after', action: 'toy.set', needs: ['fail'], with: { key: 'g', value: 'x' } };

function harnessOf(...steps: readonly ToyStep[]): Harness {
  return new Harness(
    { phases: [{ id: 'only', steps }] },
    { actions: oddActions, values: { op: 'up', broken: 'yes' } },
  );
}

describe('a step that fails', () => {
  it('stops the run, brings deferred steps back, and is where resume begins again', async () => {
    const harness = harnessOf(down, fail, after);
    const result = await harness.start();
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'STEP_FAILED', exitCode: 1, step: 'fail', cause: { code: 'CLIENT_INVALID' } },
    });
    expect(result.error?.hint).toMatch(/Mend it.*drctl resume toy-run/);
    expect(harness.world.content()).toEqual({ op: 'up', broken: 'yes' });
    expect((await harness.journal()).at(-1)).toEqual({ type: 'run.finished', outcome: 'failed' });

    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ op: 'up', f: 'odd', g: 'x' });
    expect((await harness.state()).instances.get('fail')).toMatchObject({ attempt: 2 });
  });

  it('and comes back by its own deferUndo has failed all the same', async () => {
    const half: ToyStep = {
      id: 'half',
      action: 'toy.flaky',
      with: { key: 'half', value: 'x' },
      retry: { attempts: 1 },
      deferUndo: true,
    };
    const harness = new Harness({
      phases: [
        { id: 'one', steps: [half] },
        { id: 'two', steps: [{ id: 'b', action: 'toy.set', with: { key: 'b', value: 'x' } }] },
      ],
    });
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    expect(await harness.statuses()).toEqual({ half: 'undone' });
    expect(await harness.resume()).toMatchObject({ outcome: 'failed' });
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it('ends a wait that runs beside it, which is done again on resume', async () => {
    const harness = harnessOf(
      { ...fail, needs: [] },
      { id: 'wait', action: 'toy.wait', with: { key: 'ready' } },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed', error: { step: 'fail' } });
    harness.world.values.set('broken', 'no').set('ready', 'yes');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it('with onFailure continue is noted, and what comes after it goes on', async () => {
    const harness = harnessOf(down, { ...fail, onFailure: 'continue' }, after);
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(await harness.statuses()).toMatchObject({ fail: 'failed', after: 'succeeded' });
  });

  it('with onFailure rollback undoes the run', async () => {
    const one = { id: 'one', action: 'toy.set', with: { key: 'one', value: 'x' } };
    const harness = harnessOf(one, down, { ...fail, needs: ['op', 'one'], onFailure: 'rollback' });
    const result = await harness.start();
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'STEP_FAILED' } });
    expect(harness.world.content()).toEqual({ op: 'up', broken: 'yes' });
  });

  it('with onFailure rollback past a point of no return only fails, and says so', async () => {
    const destroy = { id: 'destroy', action: 'toy.destroy', with: { key: 'x' } };
    const harness = new Harness(
      {
        phases: [
          { id: 'teardown', pointOfNoReturn: true, steps: [destroy] },
          { id: 'rest', steps: [{ ...fail, needs: [], onFailure: 'rollback' }] },
        ],
      },
      { actions: oddActions, values: { broken: 'yes', x: '1' } },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    expect((await harness.state()).rollback).toBeUndefined();
    expect(harness.notices.join()).toMatch(/Not rolled back: phase "teardown".*--force/);
  });

  it('is tried again only for errors that may pass, and only so often', async () => {
    const busy = { id: 'busy', action: 'toy.flaky', with: { key: 'b', value: 'x' } };
    const enough = harnessOf({ ...busy, retry: { attempts: 3 } });
    expect(await enough.start()).toMatchObject({ outcome: 'succeeded' });
    const tooFew = harnessOf({ ...busy, retry: { attempts: 2 } });
    expect(await tooFew.start()).toMatchObject({ outcome: 'failed' });
    const fatal = harnessOf({ ...fail, needs: [], retry: { attempts: 5 } });
    await fatal.start();
    expect((await fatal.state()).instances.get('fail')).toMatchObject({ attempt: 1 });
  });

  it('through a bug is recorded as one, and the bug comes out once the run has ended in order', async () => {
    const bug = {
      id: 'bug',
      action: 'toy.bug',
      needs: ['op'],
      with: { key: 'b' },
      retry: { attempts: 5 },
    };
    const harness = harnessOf(down, bug);
    await expect(harness.start()).rejects.toBeInstanceOf(TypeError);
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({
        type: 'step.failed',
        willRetry: false,
        error: expect.objectContaining({ code: 'BUG' }),
      }),
    );
    expect(harness.world.content()).toMatchObject({ op: 'up' });
    expect(await harness.state()).toMatchObject({ outcome: 'failed' });
  });

  it('before it began has changed nothing that a rollback would undo', async () => {
    const harness = harnessOf(
      { id: 'look', action: 'toy.get', with: { key: 'op' }, onFailure: 'continue' },
      {
        id: 'use',
        action: 'toy.set',
        needs: ['look'],
        with: { key: 'x', value: '{{steps.look.outputs.value}}' },
      },
    );
    await harness.plan();
    harness.world.values.delete('op');
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    expect(await harness.state()).toMatchObject({ startOrder: ['look'] });
    harness.world.values.set('op', 'up');
    expect(await harness.resume()).toMatchObject({ outcome: 'failed' });
  });
});

describe('a journal that cannot be written', () => {
  it.each(['step.started', 'step.undo-recorded', 'step.succeeded'])(
    'stops the run at once: nothing is done after a %s that was not recorded',
    async (type) => {
      const harness = harnessOf(
        { id: 'a', action: 'toy.set', with: { key: 'a', value: 'x' } },
        { id: 'b', action: 'toy.set', needs: ['a'], with: { key: 'b', value: 'x' } },
      );
      await harness.plan();
      let writes: number | undefined;
      harness.store.onAppend = ({ event, when }) => {
        if (event.type !== type || when !== 'before') return;
        writes = harness.world.writes.length;
        throw new DrctlError('STORE_UNWRITABLE', 'The disk is full');
      };
      await expect(harness.start()).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
      expect(harness.world.writes).toHaveLength(writes ?? -1);
    },
  );
});

describe('a run that has ended', () => {
  it('is not resumed, and the message says how it ended', async () => {
    const harness = harnessOf(down);
    await harness.start();
    await expect(harness.resume()).rejects.toMatchObject({
      code: 'RUN_FINISHED',
      message: expect.stringContaining('succeeded'),
    });
    await harness.rollback();
    await expect(harness.resume()).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await expect(harness.rollback()).rejects.toMatchObject({ code: 'RUN_FINISHED' });
  });

  it('is not resumed with another runbook', async () => {
    const harness = harnessOf(down, fail);
    await harness.start();
    Object.assign(harness.runbook, { digest: 'sha256:other' });
    await expect(harness.resume()).rejects.toMatchObject({ code: 'RUN_MISMATCH' });
  });
});

it('a forEach over no item has ended, with an empty list for those that come after', async () => {
  const harness = harnessOf(
    { id: 'find', action: 'toy.list', with: { prefix: 'nothing/' } },
    {
      id: 'each',
      action: 'toy.set',
      needs: ['find'],
      forEach: "steps['find'].outputs.items",
      with: { key: '{{item.name}}', value: 'x' },
    },
    {
      id: 'last',
      action: 'toy.set',
      needs: ['each'],
      when: "size(steps['each'].outputs.items) == 0",
      with: { key: 'none', value: 'found' },
    },
  );
  expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
  expect(harness.world.content()).toMatchObject({ none: 'found' });
});

it('no more steps are under way than --parallel allows', async () => {
  const ids = ['1', '2', '3', '4', '5', '6', '7'];
  const steps = ids.map((id) => ({ id, action: 'toy.set', with: { key: id, value: 'x' } }));
  const harness = new Harness({ phases: [{ id: 'only', steps }] }, { parallel: 3 });
  await harness.plan();
  let most = 0;
  harness.world.onCall = async ({ what }) => {
    if (!what.startsWith('set')) return;
    const running = Object.values(await harness.statuses()).filter((s) => s === 'running').length;
    most = Math.max(most, running);
  };
  expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
  expect(most).toBe(3);
});
