// A journal: whatever is in it, drctl gets a value or a DrctlError of the catalogue, in bounded time: never a TypeError,
// never a RangeError, never a hang. Told again with DRCTL_TEST_SEED.

import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Harness } from '../engine/running/support/harness.ts';
import { toyActions } from '../engine/running/support/toy-actions.ts';
import {
  createRegistry,
  decodeJournal,
  emptyJournal,
  fold,
  nextRecord,
  summarizeRun,
} from '../../src/engine/index.ts';
import type { JournalEvent, JournalRecord } from '../../src/engine/index.ts';
import { tally } from '../support/tally.ts';
import { drain, extremes, inputsTried, once, outcomeOf } from './outcome.ts';
import { mutated, mutatedJson, runs, seed } from './seed.ts';

afterAll(() => {
  tally({
    suite: 'random inputs: journals',
    faults: inputsTried(),
    violations: 0,
    differences: 0,
    seed,
  });
});

async function toyJournal(): Promise<readonly JournalRecord[]> {
  const harness = new Harness(
    {
      phases: [
        {
          id: 'one',
          steps: [
            { id: 'set', action: 'toy.set', with: { key: 'a', value: 'b' } },
            {
              id: 'each',
              action: 'toy.set',
              forEach: "['x']",
              key: 'item',
              with: { key: '{{item}}', value: 'b' },
            },
            {
              id: 'fails',
              action: 'toy.flaky',
              needs: ['set'],
              with: { key: 'c', value: 'd' },
              retry: { attempts: 1 },
            },
          ],
        },
      ],
    },
    { values: { a: 'old' } },
  );
  await harness.start();
  await harness.rollback();
  return drain(harness.store.read('toy-run'));
}

/** As somebody would who rewrites a journal whole: every number and hash fits. */
function rechained(events: readonly unknown[]): string {
  let end = emptyJournal;
  return events
    .map((event) => {
      const next = nextRecord(event as JournalEvent, '2026-01-01T00:00:00.000Z', end);
      ({ end } = next);
      return `${next.line}\n`;
    })
    .join('');
}

describe('a journal', () => {
  const registry = createRegistry(toyActions);

  async function read(bytes: string | Uint8Array): Promise<string> {
    const harness = new Harness({ phases: [] });
    return outcomeOf(async () => {
      const state = fold(await drain(decodeJournal(once(bytes), { name: 'journal' })));
      summarizeRun(harness.runbook, registry, state, { unavailable: [] });
    });
  }
  const known = ['fine', 'JOURNAL_CORRUPT', 'JOURNAL_VERSION', 'JOURNAL_ILLEGAL'];

  it('with anything in it is a history or damage', async () => {
    const records = await toyJournal();
    const events = records.map(({ event }) => event);
    const valid = rechained(events);
    expect(await read(valid)).toBe('fine');
    for (const text of extremes(valid)) expect(known).toContain(await read(text));
    await fc.assert(
      fc.asyncProperty(mutated(valid), async (text) => {
        expect(known).toContain(await read(text));
      }),
      runs(300),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(known).toContain(await read(bytes));
      }),
      runs(200),
    );
  }, 120_000);

  it('that was rewritten whole, with hashes that fit, is a history or damage too', async () => {
    const events = (await toyJournal()).map(({ event }) => event);
    const order = fc.oneof(
      mutatedJson(events).map((value) => (Array.isArray(value) ? (value as unknown[]) : [value])),
      fc.shuffledSubarray([...events, ...events]),
    );
    await fc.assert(
      fc.asyncProperty(order, async (changed) => {
        const usable = changed.filter((event) => event !== undefined);
        expect(known).toContain(await read(rechained(usable)));
      }),
      runs(500),
    );
  }, 120_000);

  it('gives back every record that was written', () => {
    const text = fc.string({ unit: 'binary' });
    const event = fc.oneof(
      fc.record({
        type: fc.constant('step.progressed'),
        step: text.filter((one) => one !== ''),
        cursor: fc.jsonValue(),
      }),
      fc.record({ type: fc.constant('run.interrupted'), because: text }),
      fc.record({
        type: fc.constant('step.undo-recorded'),
        step: fc.constant('a'),
        entries: fc.dictionary(text, fc.jsonValue()),
      }),
    );
    return fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 6 }), async (events) => {
        const written = rechained(events);
        const found = await drain(decodeJournal(once(written), { name: 'journal' }));
        expect(JSON.stringify(found.map((record) => record.event))).toBe(JSON.stringify(events));
      }),
      runs(300),
    );
  });
});
