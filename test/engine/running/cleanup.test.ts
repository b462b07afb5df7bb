// A run that is given up for now: what it holds down comes back, whatever it died of, and nothing else is touched.

import { describe, expect, it } from 'vitest';
import { cleanupRun, createRegistry, fold, previewCleanup } from '../../../src/engine/index.ts';
import { dieAfter, harnessOf, messy, runbook, stop, values } from './support/held-runbook.ts';
import type { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import { toyActions } from './support/toy-actions.ts';
import type { ToyStep } from './support/toy-runbook.ts';

const registry = createRegistry([...toyActions, ...oddActions]);
async function preview(harness: Harness) {
  return previewCleanup({ runbook: harness.runbook, registry, state: await harness.state() });
}

describe('cleanup of a run that was killed', () => {
  it('says what it will do', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    expect(await preview(harness)).toEqual({
      comesBack: ['stop-other', 'stop-op'],
      tidied: ['messy'],
      inDoubt: ['messy'],
      isDue: true,
    });
  });

  it('brings back what is held down, the last begun first, removes what was left behind, and leaves the rest', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    harness.world.writes.length = 0;
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(harness.world.writes).toEqual(['other=up', 'op=up', 'scrap of thing=(gone)']);
    expect(harness.world.content()).toEqual({ ...values, a: 'new', thing: 'odd' });
    expect(await harness.state()).toMatchObject({
      status: 'interrupted',
      cleanedUp: { by: 'op@here' },
    });
  });

  it('does nothing the second time', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    await harness.cleanup();
    const { seq } = await harness.state();
    const calls = harness.world.calls;
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(await preview(harness)).toMatchObject({ comesBack: [], tidied: [] });
    expect((await harness.state()).seq).toBe(seq);
    expect(harness.world.calls).toBe(calls);
  });

  it('can be gone on with: what was held down is held down again before what rests on it', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    await harness.cleanup();
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes.slice(0, 2)).toEqual(['op=down', 'other=down']);
    expect(harness.world.writes.indexOf('other=up')).toBeGreaterThan(
      harness.world.writes.indexOf('b=new'),
    );
    expect(harness.world.content()).toEqual({
      ...values,
      a: 'new',
      b: 'new',
      c: 'new',
      thing: 'odd',
    });
    expect((await harness.state()).cleanedUp).toBeUndefined();
  });

  it('can be rolled back', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    await harness.cleanup();
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual(values);
  });

  it('brings a step back that died half way itself', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set other');
    expect(harness.world.content()).toMatchObject({ op: 'down', other: 'down' });
    await harness.cleanup();
    expect(harness.world.content()).toEqual(values);
  });

  it('does not wait for a step of which nobody knows whether it took effect, and leaves it so', async () => {
    const odd: ToyStep = { ...messy, id: 'odd', action: 'toy.unclear' };
    const harness = harnessOf({
      phases: [{ id: 'only', steps: [stop('stop-op', 'op'), { ...odd, needs: ['stop-op'] }] }],
    });
    await dieAfter(harness, 'set thing');
    expect(await harness.resume()).toMatchObject({ outcome: 'waiting' });
    expect(harness.world.content()).toMatchObject({ op: 'down' });
    await harness.cleanup();
    expect(harness.world.content()).toMatchObject({ op: 'up', thing: 'odd' });
    expect((await harness.statuses())['odd']).toBe('unclear');
  });

  it('is refused while another process works on the run', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    harness.revive();
    const other = await harness.store.open('toy-run', { by: { user: 'b', host: 'h', pid: 2 } });
    const options = { store: harness.store };
    await expect(cleanupRun(harness.session(), options)).rejects.toMatchObject({
      code: 'RUN_LOCKED',
    });
    await other.release();
  });
});

describe('cleanup of a run that ended otherwise', () => {
  it('leaves a failed run failed', async () => {
    const fail: ToyStep = {
      id: 'fail',
      action: 'toy.fail',
      with: { key: 'x' },
      needs: ['stop-op'],
    };
    const harness = harnessOf(
      { phases: [{ id: 'only', steps: [stop('stop-op', 'op'), fail] }] },
      { broken: 'yes' },
    );
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    expect(harness.world.content()).toMatchObject({ op: 'up' });
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(await harness.state()).toMatchObject({ outcome: 'failed' });
  });

  it('frees a run that was stuck at a step that did not come back', async () => {
    const brittle: ToyStep = {
      id: 'brittle',
      action: 'toy.brittle',
      with: { key: 'x' },
      deferUndo: true,
    };
    const harness = harnessOf({ phases: [{ id: 'only', steps: [brittle] }] }, { brittle: 'yes' });
    expect(await harness.start()).toMatchObject({ outcome: 'stuck' });
    const again = await harness.cleanup();
    expect(again).toMatchObject({
      outcome: 'stuck',
      error: { code: 'ROLLBACK_STUCK', exitCode: 5 },
    });
    expect(again.error?.hint).toContain('drctl cleanup toy-run');
    harness.world.values.set('brittle', 'no');
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(harness.world.values.has('x')).toBe(false);
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it.each(['succeeded', 'rolled-back'])('has nothing to do when it %s', async (outcome) => {
    const harness = harnessOf();
    await harness.start();
    if (outcome === 'rolled-back') await harness.rollback();
    expect(await preview(harness)).toEqual({
      comesBack: [],
      tidied: [],
      inDoubt: [],
      isDue: false,
    });
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(await harness.state()).toMatchObject({ outcome });
  });

  it('tells of leftovers that it could not remove, and is done all the same', async () => {
    const harness = harnessOf(runbook, { brittle: 'yes' });
    await dieAfter(harness, 'set thing');
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(harness.world.content()).toMatchObject({ op: 'up', 'scrap of thing': 'here' });
    const told = (await harness.journal()).find((event) => event.type === 'step.tidied');
    expect(told).toMatchObject({ step: 'messy', error: { code: 'CLIENT_DENIED' } });
    expect(await preview(harness)).toMatchObject({ tidied: ['messy'] });
  });

  it('that is interrupted ends in order, and is done when asked again', async () => {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    harness.revive();
    const interrupt = new AbortController();
    const done = cleanupRun(harness.session({ interrupt }), { store: harness.store });
    interrupt.abort();
    const result = await done;
    expect(result).toMatchObject({ outcome: 'interrupted' });
    expect(result.error?.hint).toContain('drctl cleanup toy-run');
    await harness.cleanup();
    expect(harness.world.content()).toMatchObject({ op: 'up', other: 'up' });
  });
});

it('a journal that says a cleanup ended that never began is refused', () => {
  const started = {
    type: 'run.started',
    runId: 'r',
    runbook: { name: 'n', version: '1', digest: 'd' },
    envDigest: 'e',
    drctl: '1',
    by: { user: 'u', host: 'h', pid: 1 },
  } as const;
  const records = [started, { type: 'cleanup.finished', outcome: 'clean' } as const].map(
    (event, index) => ({ format: 1 as const, seq: index + 1, at: '', previous: '', event }),
  );
  expect(() => fold(records)).toThrow('the run is running');
});
