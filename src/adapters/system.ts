// The machine: time, chance, who is at the keyboard, names for new runs.

import { hostname, userInfo } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Operator, System } from '../engine/index.ts';

// setTimeout takes 31 bits of milliseconds and treats more as 1.
const longestTimerMs = 2 ** 31 - 1;
const nameChars = 100;

export function createSystem(): System {
  return {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    async sleep(ms, signal) {
      signal.throwIfAborted();
      try {
        for (let left = ms; left > 0; left -= longestTimerMs) {
          await wait(Math.min(left, longestTimerMs), undefined, { signal });
        }
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

/** Who runs this process. */
export function operator(): Operator {
  return { user: userName(), host: hostname(), pid: process.pid };
}

/** "20261122-031502-aws-same-region-k3f9": UTC time first, so that names sort by time; [a-z0-9-]. */
export function newRunId(system: System, runbookName: string): string {
  const digits = system
    .now()
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '');
  const name = runbookName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, nameChars)
    .replaceAll(/^-+|-+$/g, '');
  const chance = Math.floor(system.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return [digits.replace('T', '-'), name, chance].filter((part) => part !== '').join('-');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
