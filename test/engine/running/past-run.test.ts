// How long an earlier run took.

import { describe, expect, it } from 'vitest';
import type { JournalEvent, JournalRecord } from '../../../src/engine/index.ts';
import { pastRun } from '../../../src/engine/index.ts';

const outage = { title: 'it is away', from: 'stop', until: 'serves' };

/** One record a minute. */
function journal(...events: readonly object[]): readonly JournalRecord[] {
  return events.map((event, index) => ({
    format: 1,
    seq: index + 1,
    at: new Date(Date.UTC(2026, 0, 1, 12, index)).toISOString(),
    previous: '',
    event: event as JournalEvent,
  }));
}

const done = [
  { type: 'run.started' },
  { type: 'step.started', step: 'stop[a]' },
  { type: 'step.started', step: 'stop[b]' },
  { type: 'step.succeeded', step: 'stop[a]' },
  { type: 'step.succeeded', step: 'serves' },
  { type: 'run.finished', outcome: 'succeeded' },
];

describe('a run that went through', () => {
  it('tells its time and that of each outage, from the first beginning to the last end', () => {
    expect(pastRun(journal(...done), [outage])).toEqual({
      endedAt: '2026-01-01T12:05:00.000Z',
      tookMs: 300_000,
      outages: [{ title: 'it is away', tookMs: 180_000 }],
    });
  });

  it('tells nothing of an outage whose steps it did not carry out', () => {
    const other = { ...outage, until: 'never' };
    expect(pastRun(journal(...done), [other])).toMatchObject({ outages: [] });
  });

  it('never took less than nothing, though the clock was set back', () => {
    const records = journal(...done).map((record) => ({ ...record, at: '2026-01-01T00:00:00Z' }));
    const set = [{ ...records[0]!, at: '2026-01-02T00:00:00Z' }, ...records.slice(1)];
    expect(pastRun(set, [])).toMatchObject({ tookMs: 0 });
  });
});

it.each([
  ['that has not ended', done.slice(0, -1)],
  ['that failed', [...done.slice(0, -1), { type: 'run.finished', outcome: 'failed' }]],
  ['that was stopped in between', [...done.slice(0, 3), { type: 'run.resumed' }, ...done.slice(3)]],
  ['without a record', []],
])('a run %s tells nothing', (_, events) => {
  expect(pastRun(journal(...events), [outage])).toBeUndefined();
});
