import { describe, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyRunbook } from './support/toy-runbook.ts';

const operator = {
  id: 'stop-operator',
  action: 'toy.set',
  with: { key: 'op', value: 'down' },
  deferUndo: true,
};

function harnessOf(steps: ToyRunbook['phases'][number]['steps']): Harness {
  return new Harness(
    { phases: [{ id: 'only', steps: [operator, ...steps] }] },
    { actions: oddActions, values: { op: 'up' } },
  );
}

function controllers() {
  return { interrupt: new AbortController(), abort: new AbortController() };
}

describe('the first interrupt', () => {
  it('lets a running change end, begins nothing new, and brings deferred steps back', async () => {
    const harness = harnessOf([
      { id: 'one', action: 'toy.set', needs: ['stop-operator'], with: { key: 'one', value: '1' } },
      { id: 'two', action: 'toy.set', needs: ['one'], with: { key: 'two', value: '2' } },
    ]);
    await harness.plan();
    const stop = controllers();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set one' && when === 'before') stop.interrupt.abort();
    };
    const result = await harness.start(stop);
    expect(result).toMatchObject({ outcome: 'interrupted', error: { code: 'INTERRUPTED' } });
    expect(harness.world.content()).toEqual({ op: 'up', one: '1' });
    expect((await harness.journal()).at(-1)).toMatchObject({ type: 'run.interrupted' });
    expect(harness.notices.join()).toMatch(/waiting for one to end.*Ctrl-C again/);
  });

  it('carries a step that came back out again on resume, before what rests on it', async () => {
    const harness = harnessOf([
      { id: 'one', action: 'toy.set', needs: ['stop-operator'], with: { key: 'one', value: '1' } },
      { id: 'two', action: 'toy.set', needs: ['one'], with: { key: 'two', value: '2' } },
    ]);
    await harness.plan();
    const stop = controllers();
    harness.world.onCall = ({ what }) => {
      if (what === 'set one') stop.interrupt.abort();
    };
    await harness.start(stop);
    harness.world.writes.length = 0;
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes).toEqual(['op=down', 'two=2', 'op=up']);
  });

  it('ends a waiting read at once, and the read is begun again on resume', async () => {
    const harness = harnessOf([
      { id: 'wait', action: 'toy.wait', needs: ['stop-operator'], with: { key: 'ready' } },
    ]);
    await harness.plan();
    const stop = controllers();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'get ready' && when === 'after') setImmediate(() => stop.interrupt.abort());
    };
    expect(await harness.start(stop)).toMatchObject({ outcome: 'interrupted' });
    expect(harness.world.content()).toEqual({ op: 'up' });
    expect((await harness.statuses())['wait']).toBe('retrying');
    harness.world.values.set('ready', 'yes');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
  });

  it('leaves a prompt that waits for a person', async () => {
    const stop = controllers();
    const harness = new Harness(
      {
        phases: [
          {
            id: 'asked',
            approval: 'required',
            steps: [{ id: 'one', action: 'toy.set', with: { key: 'one', value: '1' } }],
          },
        ],
      },
      {
        approver: {
          approve: async () => {
            stop.interrupt.abort();
            return new Promise(() => undefined);
          },
        },
      },
    );
    expect(await harness.start(stop)).toMatchObject({ outcome: 'interrupted' });
    expect(harness.world.content()).toEqual({});
  });
});

describe('the second interrupt', () => {
  it('aborts what runs, leaves it in doubt, and brings nothing back', async () => {
    const harness = harnessOf([
      { id: 'hang', action: 'toy.hang', needs: ['stop-operator'], with: { key: 'thing' } },
    ]);
    await harness.plan();
    const stop = controllers();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set thing' && when === 'after') {
        setImmediate(() => {
          stop.interrupt.abort();
          stop.abort.abort();
        });
      }
    };
    expect(await harness.start(stop)).toMatchObject({ outcome: 'interrupted' });
    expect(harness.world.content()).toEqual({ op: 'down', thing: 'odd' });
    expect(await harness.statuses()).toEqual({ 'stop-operator': 'succeeded', hang: 'running' });
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual({ op: 'up', thing: 'odd' });
  });

  it('ends the run though an action ignores it, after a grace period', async () => {
    const harness = harnessOf([
      { id: 'deaf', action: 'toy.deaf', needs: ['stop-operator'], with: { key: 'thing' } },
    ]);
    await harness.plan();
    const stop = controllers();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set thing' && when === 'after') {
        setImmediate(() => {
          stop.abort.abort();
          setImmediate(() => harness.system.advance(10_000));
        });
      }
    };
    expect(await harness.start(stop)).toMatchObject({ outcome: 'interrupted' });
    expect((await harness.statuses())['deaf']).toBe('running');
  });
});

describe('an undo that gets no answer', () => {
  const away = { id: 'away', action: 'toy.away', with: { key: 'x' } };

  it('says what it waits for and how often it has tried; an interrupt ends the waiting, and nothing has failed', async () => {
    const harness = new Harness(
      { phases: [{ id: 'only', steps: [away] }] },
      { actions: oddActions, values: { away: 'yes' } },
    );
    await harness.start();
    const stop = controllers();
    const { sleep } = harness.system;
    harness.system.sleep = async (ms, signal) => {
      // Between two tries; the longer ones bound the undo and the rollback.
      if (ms > 15_000) return sleep(ms, signal);
      stop.interrupt.abort();
      return signal.throwIfAborted();
    };
    const result = await harness.rollback({}, stop);
    expect(result).toMatchObject({ outcome: 'interrupted', error: { code: 'INTERRUPTED' } });
    expect(harness.notices.join()).toMatch(
      /Undoing "away" has not worked yet: No answer; tried again in \d+\w+ \(1 of 20\)/,
    );
    expect(await harness.statuses()).toEqual({ away: 'undoing' });
    harness.world.values.set('away', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toEqual({ away: 'no' });
  });
});
