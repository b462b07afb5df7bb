import { expect, test } from 'vitest';
import { flowApprove } from '../../../src/actions/flow/approve.ts';
import { flowSleep } from '../../../src/actions/flow/sleep.ts';
import { planAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import { StepMemory, writeContext } from '../../fakes/contexts.ts';

test('planning an approval asks nobody', async () => {
  const { world } = cloudWorld();
  const { changes, outputs } = await planAction(world, flowApprove, { message: 'Go on?' });
  expect(changes).toEqual([{ kind: 'none', because: 'asks: Go on?' }]);
  expect(outputs).toBeUndefined();
});

test('an approval gives who said yes, and to what', async () => {
  const asked: unknown[] = [];
  const ctx = {
    ...writeContext(cloudWorld().world, new StepMemory()),
    approve: async (request: unknown) => {
      asked.push(request);
      return { by: 'ann', at: '2026-01-01T00:00:00Z', how: 'prompt' } as const;
    },
  };
  const request = { message: 'Go on?', typed: 'prod' };
  expect(await flowApprove.apply(request, ctx)).toMatchObject({ by: 'ann', how: 'prompt' });
  expect(asked).toEqual([request]);
});

test('a sleep that was interrupted goes on for the rest only', async () => {
  const memory = new StepMemory();
  const slept: number[] = [];
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const run = async (sleep: (ms: number) => Promise<void>): Promise<void> => {
    const ctx = writeContext(cloudWorld().world, memory);
    await flowSleep.apply({ duration: '10m' }, { ...ctx, now: () => new Date(nowMs), sleep });
  };
  await expect(
    run(async () => {
      throw new Error('interrupted');
    }),
  ).rejects.toThrow('interrupted');
  nowMs += 240_000;
  await run(async (ms) => {
    slept.push(ms);
  });
  expect(slept).toEqual([360_000]);
});

test('a sleep does not grow when the clock was set back while it was interrupted', async () => {
  const memory = new StepMemory();
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  let nowMs = Date.parse('2026-01-01T12:00:00Z');
  const run = async (): Promise<void> => {
    const ctx = writeContext(cloudWorld().world, memory);
    await flowSleep.apply({ duration: '10m' }, { ...ctx, now: () => new Date(nowMs), sleep });
  };
  await run();
  nowMs -= 5 * 3_600_000;
  await run();
  expect(slept).toEqual([600_000, 600_000]);
});
