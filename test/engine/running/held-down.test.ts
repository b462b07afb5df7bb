// A step with `deferUndo` comes back whatever happens to the run that holds it down: killed and resumed, killed and
// rolled back, interrupted twice, failed, declined, stuck, out of time.

import { describe, expect, it } from 'vitest';
import { DrctlError, rollbackRun } from '../../../src/engine/index.ts';
import type { RunResult } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyRunbook, ToyStep } from './support/toy-runbook.ts';

const operator: ToyStep = {
  id: 'stop-op',
  action: 'toy.set',
  with: { key: 'op', value: 'down' },
  deferUndo: true,
};
const set = (id: string, needs: readonly string[]): ToyStep => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
const brittle: ToyStep = { id: 'brittle', action: 'toy.brittle', needs: ['a'], with: { key: 'x' } };
const confirm: ToyStep = { id: 'sure', action: 'toy.confirm', with: { key: 'c' } };

/** Killed outright in the middle of the phase, with the operator down and `brittle` done. */
async function killed(more: Partial<ToyRunbook> = {}): Promise<Harness> {
  const harness = new Harness(
    {
      phases: [
        { id: 'only', steps: [operator, set('a', ['stop-op']), brittle, set('b', ['brittle'])] },
      ],
      ...more,
    },
    { actions: oddActions, values: { op: 'up', brittle: 'yes' } },
  );
  await harness.plan();
  harness.world.onCall = ({ what, when }) => {
    if (what === 'set b' && when === 'after') harness.world.dead = true;
  };
  harness.store.onAppend = () => {
    if (harness.world.dead) throw new Error('dead');
  };
  await expect(harness.start()).rejects.toThrow('dead');
  expect(harness.world.content()).toMatchObject({ op: 'down', x: 'odd' });
  harness.revive();
  return harness;
}

/** A rollback during which somebody interrupts once this has been written. */
async function interruptedAt(
  harness: Harness,
  write: string,
  kinds: readonly ('interrupt' | 'abort')[],
): Promise<RunResult> {
  const stop = { interrupt: new AbortController(), abort: new AbortController() };
  harness.world.onCall = ({ what, when }) => {
    if (what === write && when === 'after') for (const kind of kinds) stop[kind].abort();
  };
  const options = { store: harness.store, timeoutMs: 3_600_000 };
  return rollbackRun(harness.session(stop), options);
}

describe('a step that is held down comes back', () => {
  it('when the killed run is resumed', async () => {
    const harness = await killed();
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ op: 'up', b: 'new' });
  });

  it('last of all, when the killed run is rolled back', async () => {
    const harness = await killed();
    harness.world.values.set('brittle', 'no');
    harness.world.writes.length = 0;
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.writes).toEqual(['b=(gone)', 'x=(gone)', 'a=(gone)', 'op=up']);
  });

  it('when the rollback is stuck, and the rollback goes on afterwards', async () => {
    const harness = await killed();
    const result = await harness.rollback();
    expect(result).toMatchObject({ outcome: 'stuck' });
    expect(result.error?.message).toContain('Not undone: brittle, a');
    expect(harness.world.content()).toMatchObject({ op: 'up', a: 'new', x: 'odd' });
    harness.world.values.set('brittle', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ op: 'up', brittle: 'no' });
  });

  it('when the rollback has no time left', async () => {
    const harness = await killed();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set b' && when === 'before') harness.system.advance(600_000);
    };
    const options = { store: harness.store, timeoutMs: 600_000 };
    const result = await rollbackRun(harness.session(), options);
    expect(result).toMatchObject({ outcome: 'stuck' });
    expect(result.error?.message).toMatch(/did not end within 10m/);
    expect(harness.world.content()).toMatchObject({ op: 'up' });
  });

  it('when the rollback is interrupted once', async () => {
    const harness = await killed();
    const result = await interruptedAt(harness, 'set b', ['interrupt']);
    expect(result).toMatchObject({ outcome: 'interrupted' });
    expect(harness.world.content()).toMatchObject({ op: 'up', a: 'new' });
  });

  it('not when it is interrupted twice, which ends at once: then resume and cleanup bring it back', async () => {
    for (const verb of ['resume', 'cleanup'] as const) {
      const harness = await killed();
      harness.world.values.set('brittle', 'no');
      const result = await interruptedAt(harness, 'set b', ['interrupt', 'abort']);
      expect(result).toMatchObject({ outcome: 'interrupted' });
      expect(harness.world.content()).toMatchObject({ op: 'down' });
      await harness[verb]();
      expect(harness.world.content()).toMatchObject({ op: 'up' });
    }
  });

  it('when nobody agrees to the rollback, which is withdrawn all the same', async () => {
    const harness = await killed({ rollback: { b: [confirm] } });
    harness.approver = {
      approve: async () => {
        throw new DrctlError('DECLINED', 'No');
      },
    };
    const result = await harness.rollback();
    expect(result).toMatchObject({ outcome: 'waiting', error: { code: 'DECLINED' } });
    expect(harness.world.content()).toMatchObject({ op: 'up', a: 'new', b: 'new', x: 'odd' });
    expect((await harness.state()).rollback).toBeUndefined();
    expect((await harness.statuses())['stop-op']).toBe('undone');
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    // The step that was in doubt had taken effect, so nothing was left to be held down for.
    expect(harness.world.content()).toMatchObject({ op: 'up', b: 'new' });
  });
});

describe('a step that is held down while the run is not at work', () => {
  it('is held down again by resume before what rests on it, when somebody brought it back meanwhile', async () => {
    const harness = await killed();
    harness.world.values.delete('b');
    harness.world.values.set('op', 'up');
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes).toEqual(['op=down', 'b=new', 'op=up']);
  });

  it('goes back to what was there before the run, not to what it was held down from last', async () => {
    const harness = await killed();
    harness.world.values.delete('b');
    harness.world.values.set('op', 'half');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ op: 'up' });
  });

  it('is not held down again when nothing is left to be held down for', async () => {
    const harness = await killed();
    harness.world.values.set('op', 'up');
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes).toEqual([]);
  });
});
