// The crash explorer: a run is killed at every append (before and after it is durable) and at every call to the world
// (before and after its effect), resumed, and must end as the run that nobody killed.

import { describe, expect, it } from 'vitest';
import { resumeRun, rollbackRun } from '../../src/engine/index.ts';
import { Harness, untilKilled } from '../engine/running/support/harness.ts';
import type { ToyRunbook } from '../engine/running/support/toy-runbook.ts';

const values = {
  op: 'up',
  counted: '0',
  'np/1': 'on',
  'np/2': 'on',
  'np/3': 'on',
  old: 'there',
  serves: 'yes',
};

const migration: ToyRunbook = {
  phases: [
    {
      id: 'backup',
      steps: [
        {
          id: 'stop-operator',
          action: 'toy.set',
          with: { key: 'op', value: 'down' },
          deferUndo: true,
        },
        { id: 'find', action: 'toy.list', with: { prefix: 'np/' } },
        {
          id: 'pause',
          action: 'toy.set',
          needs: ['find', 'stop-operator'],
          forEach: "steps['find'].outputs.items",
          key: 'item.name',
          when: "item.name != 'np/2'",
          with: { key: '{{item.name}}', value: 'paused' },
        },
        {
          id: 'busy',
          action: 'toy.flaky',
          with: { key: 'busy', value: 'done' },
          retry: { attempts: 6 },
        },
        { id: 'never', action: 'toy.set', when: '1 == 2', with: { key: 'never', value: 'x' } },
        { id: 'sign', action: 'toy.sign', with: { key: 'snapshot' } },
        {
          id: 'fetch',
          action: 'toy.fetch',
          needs: ['sign', 'pause'],
          with: { key: 'copy', url: '{{steps.sign.outputs.url}}' },
        },
      ],
    },
    {
      id: 'restore',
      steps: [
        { id: 'create', action: 'toy.create', with: { key: 'new' } },
        { id: 'count', action: 'toy.count', with: { key: 'counted' } },
        {
          id: 'point',
          action: 'toy.set',
          needs: ['create'],
          with: { key: 'dns', value: '{{steps.create.outputs.key}}' },
        },
      ],
    },
  ],
};

const teardown: ToyRunbook = {
  phases: [
    ...migration.phases,
    {
      id: 'teardown',
      guards: [{ id: 'serves', action: 'toy.get', with: { key: 'serves' } }],
      steps: [{ id: 'destroy', action: 'toy.destroy', with: { key: 'old' } }],
    },
  ],
};

interface Points {
  readonly append: number;
  readonly call: number;
}

/** How many appends and calls the work makes when nobody kills it. */
async function count(harness: Harness, work: () => Promise<unknown>): Promise<Points> {
  const before = { append: harness.store.appends, call: harness.world.calls };
  await work();
  return {
    append: harness.store.appends - before.append,
    call: harness.world.calls - before.call,
  };
}

function every(points: Points): { of: 'append' | 'call'; n: number; when: string }[] {
  return (['append', 'call'] as const).flatMap((of) =>
    Array.from({ length: points[of] }, (_, index) =>
      ['before', 'after'].map((when) => ({ of, n: index + 1, when })),
    ).flat(),
  );
}

describe('a run that is killed at any point and resumed', async () => {
  const uncut = new Harness(teardown, { values });
  await uncut.plan();
  const points = await count(uncut, () => uncut.start());

  it('has an uncut run to be compared with', async () => {
    expect(uncut.world.content()).toMatchObject({
      op: 'up',
      copy: 'fetched',
      counted: '1',
      'np/1': 'paused',
      'np/2': 'on',
    });
    expect(await uncut.state()).toMatchObject({ outcome: 'succeeded' });
    expect(points.append).toBeGreaterThan(25);
    expect(points.call).toBeGreaterThan(25);
  });

  it.each(every(points))('ends as if nobody had killed it $when $of $n', async (point) => {
    const harness = new Harness(teardown, { values });
    await harness.plan();
    harness.killAt(point);
    await untilKilled(harness.start());
    if ((await harness.state()).status !== 'finished') await harness.resume();
    expect(await harness.state()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toEqual(uncut.world.content());
    expect(await harness.statuses()).toEqual(await uncut.statuses());
  });

  it.each(every(points).filter(({ n }) => n % 3 === 0))(
    'survives a second death soon after the one $when $of $n',
    async (point) => {
      const harness = new Harness(teardown, { values });
      await harness.plan();
      harness.killAt(point);
      await untilKilled(harness.start());
      if ((await harness.state()).status === 'finished') return;
      harness.revive();
      for (const n of [3, 5]) {
        harness.killAt({ of: 'call', n, when: 'after' });
        await untilKilled(resumeRun(harness.session(), { store: harness.store }));
        harness.revive();
        if ((await harness.state()).status === 'finished') break;
      }
      if ((await harness.state()).status !== 'finished') await harness.resume();
      expect(harness.world.content()).toEqual(uncut.world.content());
      expect(await harness.state()).toMatchObject({ outcome: 'succeeded' });
    },
  );
});

describe('a rollback that is killed at any point and resumed', async () => {
  const before = new Harness(migration, { values }).world.content();
  const uncut = new Harness(migration, { values });
  await uncut.start();
  const points = await count(uncut, () => uncut.rollback());

  it('has an uncut rollback to be compared with', () => {
    const { [`asked busy`]: _, ...content } = uncut.world.content();
    expect(content).toEqual(before);
    expect(points.append).toBeGreaterThan(10);
  });

  it.each(every(points))('ends with the world as it was, killed $when $of $n', async (point) => {
    const harness = new Harness(migration, { values });
    await harness.start();
    harness.revive();
    harness.killAt(point);
    await untilKilled(
      rollbackRun(harness.session(), { store: harness.store, timeoutMs: 3_600_000 }),
    );
    const { status, rollback } = await harness.state();
    // Before the rollback's first event was durable there is nothing to resume, only to ask again.
    if (rollback === undefined) await harness.rollback();
    else if (status !== 'finished') await harness.resume();
    expect(harness.world.content()).toEqual(uncut.world.content());
    expect(await harness.state()).toMatchObject({ outcome: 'rolled-back' });
  });
});
