// A run that holds two things down while it works, and what leaves scraps behind: for the suites about giving it up.

import { expect } from 'vitest';
import { Harness } from './harness.ts';
import { oddActions } from './odd-actions.ts';
import type { ToyRunbook, ToyStep } from './toy-runbook.ts';

export const values = { op: 'up', other: 'up', a: 'old', b: 'old' };

export const stop = (id: string, key: string): ToyStep => ({
  id,
  action: 'toy.set',
  with: { key, value: 'down' },
  deferUndo: true,
});
export const set = (id: string, needs: readonly string[]): ToyStep => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
export const messy: ToyStep = {
  id: 'messy',
  action: 'toy.messy',
  needs: ['a'],
  with: { key: 'thing' },
};

export const runbook: ToyRunbook = {
  phases: [
    {
      id: 'only',
      steps: [
        stop('stop-op', 'op'),
        { ...stop('stop-other', 'other'), needs: ['stop-op'] },
        set('a', ['stop-other']),
        messy,
        set('b', ['messy']),
      ],
    },
    { id: 'last', steps: [set('c', [])] },
  ],
};

export function harnessOf(toy: ToyRunbook = runbook, more: Readonly<Record<string, string>> = {}) {
  return new Harness(toy, { actions: oddActions, values: { ...values, ...more } });
}

/** The process dies right after this write, in the middle of the step. */
export async function dieAfter(harness: Harness, write: string): Promise<void> {
  await harness.plan();
  harness.world.onCall = ({ what, when }) => {
    if (what === write && when === 'after') harness.world.dead = true;
  };
  harness.store.onAppend = () => {
    if (harness.world.dead) throw new Error('dead');
  };
  await expect(harness.start()).rejects.toThrow('dead');
}
