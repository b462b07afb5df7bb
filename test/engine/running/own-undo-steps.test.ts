// The runbook's own `rollback:` steps: killed in the middle of them, begun again from the first; and what they ask a
// person is asked once in a session.

import { describe, expect, it } from 'vitest';
import { Type } from 'typebox';
import { DrctlError, defineAction, rollbackRun } from '../../../src/engine/index.ts';
import { Harness, untilKilled } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyPorts } from './support/toy-world.ts';

const params = Type.Object({ key: Type.String(), text: Type.Optional(Type.String()) });
const nothing = Type.Object({});

const common = {
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Asks, or is busy',
  examples: [],
  params,
  outputs: nothing,
  plan: async () => ({ changes: [{ kind: 'none' as const, because: 'asks only' }] }),
  probe: async () => ({ found: 'not-done' as const }),
  undo: { possible: false as const, because: 'asks only' },
};

/** As flow.approve. */
const question = defineAction<ToyPorts, typeof params, typeof nothing>({
  ...common,
  name: 'toy.question',
  effect: 'read',
  apply: async ({ text = 'May it be lost?' }, { approve }) => {
    await approve({ message: text, typed: 'prod' });
    return {};
  },
});

/** A server that is busy for the first few times that it is asked. */
const busy = defineAction<ToyPorts, typeof params, typeof nothing>({
  ...common,
  name: 'toy.busy',
  effect: 'change',
  apply: async ({ key }, { clients }) => {
    const left = Number((await clients.world.get('busy')) ?? '0');
    if (left > 0) {
      await clients.world.set('busy', String(left - 1));
      throw new DrctlError('CLIENT_THROTTLED', 'Too busy', { retryable: true });
    }
    await clients.world.set(key, undefined);
    return {};
  },
});

const set = (id: string, needs: readonly string[] = []) => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'new' },
});
const own = (of: string, text?: string) => [
  { id: `confirm-${of}`, action: 'toy.question', with: { key: of, ...(text && { text }) } },
  { id: `stop-${of}`, action: 'toy.set', with: { key: `op of ${of}`, value: 'down' } },
  { id: `remove-${of}`, action: 'toy.busy', with: { key: of } },
  { id: `start-${of}`, action: 'toy.set', with: { key: `op of ${of}`, value: 'up' } },
];

async function applied(texts: { readonly a?: string; readonly b?: string } = {}) {
  const asked: string[] = [];
  const harness = new Harness(
    {
      phases: [{ id: 'only', steps: [set('a'), set('b', ['a'])] }],
      rollback: { a: own('a', texts.a), b: own('b', texts.b) },
    },
    {
      actions: [...oddActions, question, busy],
      values: { 'op of a': 'up', 'op of b': 'up' },
      approver: {
        approve: async ({ subject }) => {
          asked.push(subject);
          return { by: 'a person', at: '', how: 'prompt' };
        },
      },
    },
  );
  await harness.start();
  return { harness, asked };
}

describe('what the runbook’s own undo steps ask', () => {
  it('is asked once in a session, however often a busy server makes them begin again', async () => {
    const { harness, asked } = await applied({ b: 'And b?' });
    harness.world.values.set('busy', '3');
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(asked).toEqual(['confirm-b', 'confirm-a']);
  });

  it('is asked once where several of them ask the very same', async () => {
    const { harness, asked } = await applied();
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(asked).toEqual(['confirm-b']);
  });

  it('is asked again in the next session', async () => {
    const { harness, asked } = await applied();
    harness.revive();
    harness.killAt({ of: 'append', n: 3, when: 'after' });
    const options = { store: harness.store, timeoutMs: 3_600_000 };
    await untilKilled(rollbackRun(harness.session(), options));
    expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(asked).toEqual(['confirm-b', 'confirm-a']);
  });
});

describe('the runbook’s own undo steps', async () => {
  const uncut = await applied();
  const before = { append: uncut.harness.store.appends, call: uncut.harness.world.calls };
  await uncut.harness.rollback();
  const points = (['append', 'call'] as const).flatMap((of) => {
    const { store, world } = uncut.harness;
    const count = (of === 'append' ? store.appends : world.calls) - before[of];
    return Array.from({ length: count }, (_, index) =>
      ['before', 'after'].map((when) => ({ of, n: index + 1, when })),
    ).flat();
  });

  it.each(points)('end as if nobody had killed them $when $of $n', async (point) => {
    const { harness } = await applied();
    harness.revive();
    harness.killAt(point);
    const options = { store: harness.store, timeoutMs: 3_600_000 };
    await untilKilled(rollbackRun(harness.session(), options));
    const { outcome } = await harness.state();
    if (outcome !== 'rolled-back') await harness.rollback();
    expect(harness.world.content()).toEqual(uncut.harness.world.content());
    expect(harness.world.content()).toMatchObject({ 'op of a': 'up', 'op of b': 'up' });
  });
});
