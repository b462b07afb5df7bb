// A cleanup that is killed itself, at every record and every call: asked again, resumed or rolled back.

import { describe, expect, it } from 'vitest';
import { cleanupRun, rollbackRun } from '../../../src/engine/index.ts';
import { dieAfter, harnessOf, values } from './support/held-runbook.ts';
import { untilKilled } from './support/harness.ts';
import type { Harness } from './support/harness.ts';

describe('a cleanup that is killed at any point', async () => {
  const uncut = harnessOf();
  await dieAfter(uncut, 'set thing');
  uncut.revive();
  const appends = uncut.store.appends;
  const calls = uncut.world.calls;
  await uncut.cleanup();
  const points = (
    [
      ['append', uncut.store.appends - appends],
      ['call', uncut.world.calls - calls],
    ] as const
  ).flatMap(([of, count]) =>
    Array.from({ length: count }, (_, index) =>
      ['before', 'after'].map((when) => ({ of, n: index + 1, when })),
    ).flat(),
  );

  async function killed(point: (typeof points)[number]): Promise<Harness> {
    const harness = harnessOf();
    await dieAfter(harness, 'set thing');
    harness.revive();
    harness.killAt(point);
    await untilKilled(cleanupRun(harness.session(), { store: harness.store }));
    return harness;
  }

  it('has points to be killed at', () => expect(points.length).toBeGreaterThan(20));

  it.each(points)('is done when asked again, killed $when $of $n', async (point) => {
    const harness = await killed(point);
    expect(await harness.cleanup()).toMatchObject({ outcome: 'cleaned-up' });
    expect(harness.world.content()).toEqual(uncut.world.content());
  });

  it.each(points)(
    'can be resumed or rolled back all the same, killed $when $of $n',
    async (point) => {
      const forward = await killed(point);
      expect(await forward.resume()).toMatchObject({ outcome: 'succeeded' });
      expect(forward.world.content()).toMatchObject({ op: 'up', other: 'up', b: 'new', c: 'new' });
      const back = await killed(point);
      expect(await back.rollback()).toMatchObject({ outcome: 'rolled-back' });
      const { [`scrap of thing`]: _, ...content } = back.world.content();
      expect(content).toEqual(values);
    },
  );
});

it('a cleanup of a run that was being rolled back lets the rollback go on afterwards', async () => {
  const harness = harnessOf();
  await dieAfter(harness, 'set b');
  harness.revive();
  harness.killAt({ of: 'append', n: 4, when: 'after' });
  const options = { store: harness.store, timeoutMs: 3_600_000 };
  await untilKilled(rollbackRun(harness.session(), options));
  expect(await harness.state()).toMatchObject({ status: 'rolling-back' });
  await harness.cleanup();
  expect(harness.world.content()).toMatchObject({ op: 'up', other: 'up' });
  expect(await harness.resume()).toMatchObject({ outcome: 'rolled-back' });
  expect(harness.world.content()).toMatchObject(values);
});
