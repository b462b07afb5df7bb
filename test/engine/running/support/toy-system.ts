// A clock of our own: short sleeps (between attempts) pass at once, long ones (timeouts, grace periods, budgets) end
// when a test lets time pass.

import type { System } from '../../../../src/engine/index.ts';

const shortMs = 5_000;

export interface ToySystem extends System {
  /** Lets this much time pass for those who sleep long. */
  advance(ms: number): void;
}

export function toySystem(): ToySystem {
  let nowMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; wake(): void }>();
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      if (ms < shortMs) {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener(
          'abort',
          () => {
            sleepers.delete(sleeper);
            reject(signal.reason as Error);
          },
          { once: true },
        );
      });
    },
    advance: (ms) => {
      nowMs += ms;
      for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
    },
  };
}
