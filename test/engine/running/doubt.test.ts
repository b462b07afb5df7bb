import { describe, expect, it } from 'vitest';
import { DrctlError, decideStep, resumeRun } from '../../../src/engine/index.ts';
import { Harness, untilKilled } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';

const timeoutMs = 60_000;

function harnessOf(action: string, more: object = {}): Harness {
  return new Harness(
    {
      phases: [
        {
          id: 'only',
          steps: [
            { id: 'op', action: 'toy.set', with: { key: 'op', value: 'down' }, deferUndo: true },
            { id: 'odd', action, needs: ['op'], with: { key: 'thing' }, timeoutMs, ...more },
            { id: 'last', action: 'toy.set', needs: ['odd'], with: { key: 'last', value: 'x' } },
          ],
        },
      ],
    },
    { actions: oddActions, values: { op: 'up' } },
  );
}

/** The process dies right after the step's effect, before its end is recorded. */
async function dieAfterEffect(harness: Harness): Promise<void> {
  await harness.plan();
  harness.world.onCall = ({ what, when }) => {
    if (what === 'set thing' && when === 'after') harness.world.dead = true;
  };
  harness.store.onAppend = () => {
    if (harness.world.dead) throw new Error('dead');
  };
  await expect(harness.start()).rejects.toThrow('dead');
}

async function decide(harness: Harness, decision: 'retry' | 'skip' | 'mark-done', step = 'odd') {
  harness.revive();
  const options = { store: harness.store, step, decision, reason: 'I looked' };
  return decideStep(harness.session(), options);
}

describe('a step whose end was never recorded', () => {
  it('waits for a person when its action cannot tell, and nothing is moved meanwhile', async () => {
    const harness = harnessOf('toy.unclear');
    await dieAfterEffect(harness);
    const result = await harness.resume();
    expect(result).toMatchObject({ outcome: 'waiting', error: { code: 'STEP_UNCLEAR' } });
    expect(result.error?.hint).toContain('drctl retry|skip|mark-done toy-run odd --reason');
    expect(harness.world.content()).toEqual({ op: 'down', thing: 'odd' });
  });

  it.each([
    ['mark-done', 'succeeded', 1],
    ['skip', 'skipped', 1],
    ['retry', 'succeeded', 2],
  ] as const)('goes on as a person decided: %s', async (decision, status, writes) => {
    const harness = harnessOf('toy.unclear');
    await dieAfterEffect(harness);
    await harness.resume();
    const decided = await decide(harness, decision);
    expect(decided.probed?.found).toBe(decision === 'mark-done' ? 'unclear' : undefined);
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(await harness.statuses()).toMatchObject({
      odd: status,
      last: 'succeeded',
      op: 'undone',
    });
    expect(harness.world.writes.filter((write) => write === 'thing=odd')).toHaveLength(writes);
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({ type: 'step.decided', reason: 'I looked', decision }),
    );
  });

  it('may not be decided about when there is nothing to decide', async () => {
    const harness = harnessOf('toy.unclear');
    await dieAfterEffect(harness);
    await expect(decide(harness, 'skip', 'op')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(decide(harness, 'skip', 'no-such-step')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is unclear when the probe itself fails for good', async () => {
    const harness = harnessOf('toy.hang');
    await dieAfterEffect(harness);
    harness.revive();
    harness.world.onCall = ({ what }) => {
      if (what === 'get thing') throw new DrctlError('CLIENT_DENIED', 'No longer allowed');
    };
    const result = await resumeRun(harness.session(), { store: harness.store });
    expect(result).toMatchObject({ outcome: 'waiting', error: { code: 'STEP_UNCLEAR' } });
    expect(result.error?.message).toContain('No longer allowed');
  });

  it('is looked at again when the probe fails in a way that may pass', async () => {
    const harness = harnessOf('toy.deaf');
    await dieAfterEffect(harness);
    harness.revive();
    let failures = 2;
    harness.world.onCall = ({ what, when }) => {
      if (what !== 'get thing' || when !== 'before' || failures === 0) return;
      failures -= 1;
      throw new DrctlError('CLIENT_UNREACHABLE', 'No answer', { retryable: true });
    };
    const result = await untilKilled(resumeRun(harness.session(), { store: harness.store }));
    expect(result).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a step that does not end in time', () => {
  it('fails with what it last reported, and is tried again', async () => {
    const harness = harnessOf('toy.hang', { retry: { attempts: 2 } });
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set thing' && when === 'after') {
        setImmediate(() => harness.system.advance(timeoutMs));
      }
    };
    const result = await harness.start();
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'STEP_FAILED' } });
    expect(result.error?.message).toMatch(/did not end within 1m; last seen: 2 of 3 pods/);
    const failures = (await harness.journal()).filter(({ type }) => type === 'step.failed');
    expect(failures).toMatchObject([
      { attempt: 1, willRetry: true, error: { code: 'STEP_TIMEOUT' } },
      { attempt: 2, willRetry: false, error: { code: 'STEP_TIMEOUT' } },
    ]);
    expect(harness.world.content()).toMatchObject({ op: 'up' });
  });

  it('is in doubt, not tried again, when it ignores that its time is up', async () => {
    const harness = harnessOf('toy.deaf', { retry: { attempts: 3 } });
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what !== 'set thing' || when !== 'after') return;
      setImmediate(() => {
        harness.system.advance(timeoutMs);
        setImmediate(() => harness.system.advance(10_000));
      });
    };
    const result = await harness.start();
    expect(result).toMatchObject({ outcome: 'waiting', error: { code: 'STEP_UNCLEAR' } });
    // The old attempt may still be at work: nothing is moved under it, not even back.
    expect(harness.world.content()).toEqual({ op: 'down', thing: 'odd' });
    expect((await harness.statuses())['odd']).toBe('running');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes.filter((write) => write === 'thing=odd')).toHaveLength(1);
  });

  it('is not begun again when it is a wait that was in vain', async () => {
    const harness = harnessOf('toy.wait', { retry: { attempts: 3 } });
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'get thing' && when === 'after') {
        setImmediate(() => harness.system.advance(timeoutMs));
      }
    };
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    const attempts = (await harness.journal()).filter(
      (event) => event.type === 'step.started' && event.step === 'odd',
    );
    expect(attempts).toHaveLength(1);
  });
});
