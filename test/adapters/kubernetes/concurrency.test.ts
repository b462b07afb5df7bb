// How many calls a server gets at once: rules of the limit alone, on a clock of the test's.

import { describe, expect, it } from 'vitest';
import { createConcurrency } from '../../../src/adapters/kubernetes/concurrency.ts';

const bounds = { first: 8, least: 1, most: 32, fewQueued: 8, manyQueued: 12, freshMs: 30_000 };

function server(tookMs: (atOnce: number) => number) {
  let now = 0;
  const concurrency = createConcurrency(bounds, () => now);
  /** As many calls as are allowed, at once. */
  const burst = (isFull = true): void => {
    const calls = Array.from({ length: concurrency.limit }, () => concurrency.begin('get', isFull));
    now += tookMs(calls.length);
    for (const call of calls) call.answered();
  };
  return {
    concurrency,
    burst,
    bursts(count: number): void {
      for (let each = 0; each < count; each += 1) burst();
    },
    alone(): void {
      const call = concurrency.begin('get', false);
      now += tookMs(1);
      call.answered();
    },
    wait: (ms: number) => (now += ms),
  };
}

describe('the number of calls at once', () => {
  it('grows one by one to its bound while answers do not take longer for it', () => {
    const far = server(() => 50);
    far.burst();
    expect(far.concurrency.limit).toBe(9);
    far.bursts(100);
    expect(far.concurrency.limit).toBe(32);
  });

  it('stays where more calls only wait inside the server', () => {
    const busy = server((atOnce) => 5 * atOnce);
    busy.alone();
    busy.bursts(200);
    expect(busy.concurrency.limit).toBeGreaterThanOrEqual(8);
    expect(busy.concurrency.limit).toBeLessThanOrEqual(13);
  });

  it('goes down again, by one at a time, when the server gets slower', () => {
    let slower = 1;
    const one = server((atOnce) => (slower === 1 ? 50 : atOnce * 50));
    one.bursts(30);
    expect(one.concurrency.limit).toBe(32);
    slower = 2;
    one.burst();
    expect(one.concurrency.limit).toBe(31);
    one.bursts(60);
    expect(one.concurrency.limit).toBeLessThanOrEqual(13);
    expect(one.concurrency.limit).toBeGreaterThanOrEqual(8);
  });

  it('does not grow for calls that never needed the whole of it', () => {
    const idle = server(() => 50);
    for (let each = 0; each < 50; each += 1) idle.burst(false);
    expect(idle.concurrency.limit).toBe(8);
  });

  it('halves when the server is overloaded, once for a burst of refusals, and never below one', () => {
    const { concurrency } = server(() => 50);
    const refuse = (): void => {
      const burst = Array.from({ length: 8 }, () => concurrency.begin('get', true));
      for (const call of burst) call.overloaded();
    };
    const limits = [4, 2, 1, 1];
    for (const limit of limits) {
      refuse();
      expect(concurrency.limit).toBe(limit);
    }
  });

  it('grows again after an overload', () => {
    const one = server(() => 50);
    one.concurrency.begin('get', true).overloaded();
    one.bursts(4);
    expect(one.concurrency.limit).toBe(8);
  });

  it('compares answers with those of their own kind: a long list is no sign of a slow server', () => {
    let now = 0;
    const concurrency = createConcurrency(bounds, () => now);
    for (let round = 0; round < 40; round += 1) {
      for (const [kind, ms] of [
        ['get', 2],
        ['list', 900],
      ] as const) {
        const call = concurrency.begin(kind, true);
        now += ms;
        call.answered();
      }
    }
    expect(concurrency.limit).toBeGreaterThan(8);
  });

  it('forgets in time how fast the server once was', () => {
    let ms = 5;
    const one = server(() => ms);
    one.alone();
    ms = 100;
    one.bursts(5);
    expect(one.concurrency.limit).toBe(9);
    for (let each = 0; each < 2; each += 1) {
      one.wait(bounds.freshMs + 1);
      one.alone();
    }
    one.bursts(5);
    expect(one.concurrency.limit).toBeGreaterThan(12);
  });
});
