// A rollback that cannot reach a target on which the run changed something: half of it may be worse than none.

import { describe, expect, it } from 'vitest';
import { previewRollback, rollbackRun } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyPhase } from './support/toy-runbook.ts';

const set = (key: string) => ({ id: key, action: 'toy.set', with: { key, value: 'x' } });
const failing = { id: 'fail', action: 'toy.fail', with: { key: 'f' } };
const onSource = { id: 'gone', action: 'toy.fail', with: { key: 'f', target: 'source' } };

const halfThere: readonly ToyPhase[] = [
  {
    id: 'one',
    steps: [
      { id: 'there', action: 'toy.create', with: { key: 'a', target: 'source' } },
      { ...set('here'), needs: ['there'] },
      { ...failing, needs: ['here'] },
    ],
  },
];
const halfDone = async (phases = halfThere): Promise<Harness> => {
  const harness = new Harness(
    { phases, targets: { source: undefined } },
    { values: { broken: 'yes' }, actions: oddActions },
  );
  await harness.start();
  return harness;
};

describe('a target that is given up when the run has changed something on it', () => {
  it('is not rolled back half of the way: what is elsewhere would go, and what was there would not come back', async () => {
    const harness = await halfDone();
    harness.unavailable = ['source'];
    await expect(harness.rollback()).rejects.toMatchObject({
      code: 'POINT_OF_NO_RETURN',
      message:
        '"source" was given up, so what was done there cannot be undone (there), while what was done elsewhere would be (here)',
      hint: expect.stringContaining('drctl rollback toy-run --available source'),
    });
    expect(await harness.statuses()).toMatchObject({ there: 'succeeded', here: 'succeeded' });
    const { runbook } = harness;
    const { registry } = harness.session();
    const state = await harness.state();
    const preview = previewRollback({ runbook, registry, state, unavailable: ['source'] });
    expect(preview.halfWay).toEqual({ targets: ['source'], kept: ['there'], undone: ['here'] });
    expect(preview.undo.find(({ instance }) => instance === 'there')).toMatchObject({
      how: 'impossible',
      givenUp: 'source',
    });
  });

  it('nor is a rollback that was cut off gone on with so', async () => {
    const harness = await halfDone();
    harness.revive();
    harness.killAt({ of: 'append', n: 2, when: 'after' });
    const { store } = harness;
    await rollbackRun(harness.session(), { store, timeoutMs: 60_000 }).catch(() => undefined);
    harness.unavailable = ['source'];
    const state = await harness.state();
    expect(state.status).toBe('rolling-back');
    await expect(harness.resume()).rejects.toMatchObject({ code: 'POINT_OF_NO_RETURN' });
    expect(await harness.state()).toEqual(state);
    expect(await harness.rollback({ force: true })).toMatchObject({ outcome: 'rolled-back' });
  });

  it('unless a person insists: then the rollback says what it could not undo', async () => {
    const harness = await halfDone();
    harness.unavailable = ['source'];
    expect(await harness.rollback({ force: true })).toMatchObject({ outcome: 'rolled-back' });
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({ type: 'rollback.started', unavailable: ['source'] }),
    );
    expect(await harness.statuses()).toMatchObject({ there: 'not-undoable', here: 'undone' });
    expect(harness.notices.join()).toContain(
      '"there" cannot be undone: target "source" is unavailable',
    );
  });

  it('is rolled back as ever where nothing had been changed on it, or nothing elsewhere', async () => {
    const [phase] = halfThere;
    for (const key of ['there', 'here']) {
      const steps = (phase?.steps ?? [])
        .filter(({ id }) => id !== key)
        .map((step) => ({ ...step, needs: [] }));
      const harness = await halfDone([{ id: 'one', steps }]);
      harness.unavailable = ['source'];
      expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    }
  });

  it('can be taken up again by a rollback, when it was given up by mistake', async () => {
    const harness = await halfDone();
    harness.unavailable = ['source'];
    await harness.resume();
    expect([...(await harness.state()).unavailable]).toEqual(['source']);
    harness.unavailable = [];
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({ type: 'rollback.started', available: ['source'] }),
    );
    expect([...(await harness.state()).unavailable]).toEqual([]);
    expect(await harness.statuses()).toMatchObject({ there: 'undone', here: 'undone' });
    expect(harness.world.content()).toEqual({ broken: 'yes' });
  });

  it('keeps a step that fails from rolling the run back by itself', async () => {
    const [phase] = halfThere;
    const steps = phase?.steps ?? [];
    const harness = await halfDone([
      { id: 'one', steps: steps.filter(({ id }) => id !== 'fail') },
      { id: 'two', steps: [{ ...failing, onFailure: 'rollback' }, onSource] },
    ]);
    expect((await harness.state()).outcome).toBe('rolled-back');
    const other = new Harness(
      {
        phases: [
          { id: 'one', steps: steps.filter(({ id }) => id !== 'fail') },
          { id: 'wait', steps: [onSource] },
          { id: 'two', steps: [{ ...failing, onFailure: 'rollback' }] },
        ],
        targets: { source: undefined },
      },
      { values: { broken: 'yes' }, actions: oddActions },
    );
    expect(await other.start()).toMatchObject({ outcome: 'failed' });
    other.unavailable = ['source'];
    expect(await other.resume()).toMatchObject({ outcome: 'failed' });
    expect(other.notices.join()).toContain('Not rolled back: "source" was given up');
    expect(await other.statuses()).toMatchObject({ there: 'succeeded', here: 'succeeded' });
  });
});
