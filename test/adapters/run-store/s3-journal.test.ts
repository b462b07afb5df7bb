// What is particular to journals in S3: fences, answers that are lost, servers that are busy, and what an append costs.

import { describe, expect, it } from 'vitest';
import type { JournalEvent, RunStore } from '../../../src/engine/index.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';
import { createServers } from './s3-servers.ts';
import type { Machine } from './s3-servers.ts';
import { contents, remove, reset } from './s3-state.ts';
import type { Between, Sent } from './s3-state.ts';

const by = operatorOf();
const journal = 'runs/run-1/journal/';
const segment = (number: number): string => `${journal}${String(number).padStart(12, '0')}.ndjson`;
const progressed = (cursor: number): JournalEvent => ({
  type: 'step.progressed',
  step: 'copy',
  cursor,
});

const atOneMoment = (): Date => new Date(0);
const slowDown = {
  status: 503,
  code: 'SlowDown',
  message: 'Please reduce your request rate.',
};
const servers = createServers();

function machine(between?: Between, now?: () => Date): Machine {
  return servers.machine({
    ...(between !== undefined && { between }),
    ...(now !== undefined && { now }),
  });
}

async function cursors(store: RunStore): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { event } of store.read('run-1')) {
    found.push('cursor' in event ? event.cursor : event.type);
  }
  return found;
}

const isSegment = ({ command, key }: Sent): boolean =>
  command === 'PutObject' && key.includes(journal);

/** Throws once when `when` holds. */
function once(when: (sent: Sent) => boolean): (sent: Sent) => void {
  let left = 1;
  return (sent) => {
    if (left === 0 || !when(sent)) return;
    left = 0;
    throw reset();
  };
}

describe('a writer that lost its run', () => {
  it('appends nothing when it was held up between its look at the lease and its write', async () => {
    let letGo: (() => void) | undefined;
    let isHeld: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (isHeld = resolve));
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let hold = false;
    const first = machine({
      before: async (sent) => {
        if (!hold || !isSegment(sent)) return;
        isHeld?.();
        await gate;
      },
    });
    const lost = await first.store.create(runHeader('run-1'));
    await lost.append(progressed(1));
    hold = true;
    const late = lost.append(progressed(2));
    late.catch(() => undefined);
    await held;
    const second = machine();
    const taken = await second.store.open('run-1', { by, takeover: true });
    await taken.append(progressed(3));
    letGo?.();
    await expect(late).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringContaining(`taken over by ${by.user} on ${by.host}`),
    });
    await expect(lost.append(progressed(4))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await taken.append(progressed(5));
    expect(await cursors(second.store)).toEqual([1, 3, 5]);
  });

  it('is shut out by the fence itself: before its successor has written anything', async () => {
    const first = machine();
    const lost = await first.store.create(runHeader('run-1'));
    const second = machine();
    await second.store.open('run-1', { by, takeover: true });
    // Without its lease to look at: only the journal can tell it.
    for (const key of (await contents(second, 'runs/run-1/lease-')).keys())
      await remove(second, key);
    await expect(lost.append(progressed(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await cursors(second.store)).toEqual([]);
  });

  it('does not act on a record that was written before, but acknowledged after, it was stopped', async () => {
    let aheadMs = 0;
    const second = machine();
    let takeOver = false;
    const first = machine(
      {
        after: async (sent) => {
          if (!takeOver || !isSegment(sent)) return;
          takeOver = false;
          await second.store.open('run-1', { by, takeover: true });
          aheadMs = 60_000;
        },
      },
      () => new Date(Date.now() + aheadMs),
    );
    const lost = await first.store.create(runHeader('run-1'));
    takeOver = true;
    await expect(lost.append(progressed(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    // It stands, and the successor has read it.
    expect(await cursors(second.store)).toEqual([1]);
  });

  it('is overtaken also while it appends without a pause', async () => {
    const first = machine();
    const lost = await first.store.create(runHeader('run-1'));
    let acknowledged = 0;
    const busy = (async () => {
      for (let cursor = 1; cursor <= 10_000; cursor += 1) {
        await lost.append(progressed(cursor));
        acknowledged = cursor;
      }
    })();
    busy.catch(() => undefined);
    const second = machine();
    const taken = await second.store.open('run-1', { by, takeover: true });
    await taken.append(progressed(0));
    await expect(busy).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const written = await cursors(second.store);
    expect(written.at(-1)).toBe(0);
    expect(written.slice(0, -1)).toEqual(
      Array.from({ length: written.length - 1 }, (_, at) => at + 1),
    );
    expect(written.length - 1).toBeGreaterThanOrEqual(acknowledged);
  });

  it('hears of it between appends too', { timeout: 20_000 }, async () => {
    const first = machine();
    const lease = await first.store.create(runHeader('run-1'));
    const heard = new Promise((resolve) => {
      lease.lost?.addEventListener('abort', () => resolve(lease.lost?.reason));
    });
    await machine().store.open('run-1', { by, takeover: true });
    expect(await heard).toMatchObject({ code: 'LEASE_LOST' });
  });
});

describe('an answer that is lost', () => {
  it('of an append is no loss of the lease, and nothing is written twice', async () => {
    const first = machine({ after: once(isSegment) });
    const lease = await first.store.create(runHeader('run-1'));
    for (const cursor of [1, 2]) await lease.append(progressed(cursor));
    expect(await cursors(first.store)).toEqual([1, 2]);
  });

  it.each([
    { what: 'the first segment', is: (key: string) => key.endsWith(segment(1)) },
    { what: 'the header', is: (key: string) => key.endsWith('run.json') },
    { what: 'the lease', is: (key: string) => key.endsWith('lease-1.json') },
    { what: 'the fence', is: (key: string) => key.endsWith(segment(2)) },
    { what: 'an append', is: (key: string) => key.endsWith(segment(3)) },
  ])('of $what does not keep a run from being begun', async ({ is }) => {
    const first = machine({
      after: once(({ command, key }) => command === 'PutObject' && is(key)),
    });
    const lease = await first.store.create(runHeader('run-1'));
    await lease.append(progressed(1));
    const { notices } = first;
    expect(notices).toEqual([]);
    expect(await cursors(first.store)).toEqual([1]);
    expect([...(await contents(first, journal)).keys()]).toEqual([1, 2, 3].map(segment));
  });

  it('of an append by who is then overtaken: it counts, and is the last', async () => {
    const second = machine();
    let takeOver = false;
    const first = machine({
      after: async (sent) => {
        if (!takeOver || !isSegment(sent)) return;
        takeOver = false;
        await second.store.open('run-1', { by, takeover: true });
        throw reset();
      },
    });
    const lost = await first.store.create(runHeader('run-1'));
    takeOver = true;
    await lost.append(progressed(1)).catch(() => undefined);
    await expect(lost.append(progressed(2))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await cursors(second.store)).toEqual([1]);
  });
});

describe('a bucket that is in trouble', () => {
  it('that asks to slow down is asked again, more often than the SDK does', async () => {
    const { store } = machine();
    const lease = await store.create(runHeader('run-1'));
    let left = 5;
    servers.fault = ({ method, path }) =>
      method === 'PUT' && path.includes(journal) && left-- > 0 ? slowDown : undefined;
    await lease.append(progressed(1));
    expect(left).toBeLessThan(0);
    expect(await cursors(store)).toEqual([1]);
  });

  it(
    'that stays so stops the run: nothing is done that cannot be recorded',
    { timeout: 90_000 },
    async () => {
      const { store } = machine();
      const lease = await store.create(runHeader('run-1'));
      servers.fault = ({ method }) => (method === 'PUT' ? slowDown : undefined);
      await expect(lease.append(progressed(1))).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringContaining('SlowDown'),
      });
      servers.fault = undefined;
      await expect(lease.append(progressed(2))).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
      expect(await cursors(store)).toEqual([]);
    },
  );
});

describe('the segments', () => {
  it('cost one call for an append, and one for all that wait at the same time', async () => {
    const calls: Sent[] = [];
    const first = machine({ before: (sent) => void calls.push(sent) }, atOneMoment);
    const lease = await first.store.create(runHeader('run-1'));
    calls.splice(0);
    for (const cursor of [1, 2, 3]) await lease.append(progressed(cursor));
    expect(calls.map(({ command }) => command)).toEqual(['PutObject', 'PutObject', 'PutObject']);
    calls.splice(0);
    await Promise.all(Array.from({ length: 100 }, (_, at) => lease.append(progressed(at))));
    // One is under way when the others come.
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  it.each([1, 2, 3, 4])('are a journal only when none is left out: %i', async (number) => {
    const first = machine();
    const lease = await first.store.create(runHeader('run-1'));
    for (const cursor of [1, 2, 3]) await lease.append(progressed(cursor));
    await lease.release();
    await remove(first, segment(number));
    const refused = {
      code: 'JOURNAL_CORRUPT',
      message: expect.stringContaining(`${segment(number)} is missing`),
    };
    await expect(cursors(first.store)).rejects.toMatchObject(refused);
    await expect(first.store.open('run-1', { by })).rejects.toMatchObject(refused);
  });

  it('are missed when all are gone: a run without its history is not one that has yet to begin', async () => {
    const first = machine();
    await (await first.store.create(runHeader('run-1'))).release();
    for (const key of (await contents(first, journal)).keys()) await remove(first, key);
    const refused = { code: 'JOURNAL_CORRUPT' };
    await expect(cursors(first.store)).rejects.toMatchObject(refused);
    await expect(first.store.open('run-1', { by })).rejects.toMatchObject(refused);
  });
});
