// What every run store does with a journal whose last line was being written when its writer ended.

import { expect, it } from 'vitest';
import type { JournalEvent, JournalRecord } from '../../src/engine/index.ts';
import { operatorOf } from './run-header.ts';
import type { RunStoreUnderTest } from './run-store.suite.ts';

const by = operatorOf();

type WithRun = (events: number) => Promise<RunStoreUnderTest>;

export function describeTornJournal(withRun: WithRun): void {
  it('drops a torn last line with a notice, at every byte where it can be torn', async () => {
    const under = await withRun(3);
    for (const cut of cutsOfLastLine(await under.readJournal('run-1'))) {
      await under.writeJournal('run-1', cut);
      const notices: string[] = [];
      const torn = (notice: string): void => void notices.push(notice);
      const records = await all(under.store.read('run-1', { torn }));
      expect(records.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(notices).toHaveLength(1);
    }
  });

  it('writes on after a torn last line as if it had never been begun', async () => {
    const under = await withRun(3);
    const whole = await under.readJournal('run-1');
    await under.writeJournal('run-1', whole.slice(0, -10));
    const lease = await under.store.open('run-1', { by });
    await lease.append(progressed(4));
    const records = await all(under.store.read('run-1'));
    expect(records.map(({ event }) => event)).toEqual([1, 2, 4].map(progressed));
  });
}

export function describeCutJournal(withRun: WithRun): void {
  it('refuses a journal whose last line is cut, naming the line, and writes nothing to it', async () => {
    const under = await withRun(3);
    const refused = { code: 'JOURNAL_CORRUPT', message: expect.stringContaining('line 3') };
    let last = '';
    for (const cut of cutsOfLastLine(await under.readJournal('run-1'))) {
      await under.writeJournal('run-1', cut);
      await expect(all(under.store.read('run-1'))).rejects.toMatchObject(refused);
      last = cut;
    }
    await expect(under.store.open('run-1', { by })).rejects.toMatchObject(refused);
    expect(await under.readJournal('run-1')).toBe(last);
  });
}

function cutsOfLastLine(whole: string): readonly string[] {
  const from = whole.lastIndexOf('\n', whole.length - 2) + 2;
  const count = Math.ceil((whole.length - from) / 7);
  return Array.from({ length: count }, (_, index) => whole.slice(0, from + index * 7));
}

export function progressed(cursor: number): JournalEvent {
  return { type: 'step.progressed', step: 'copy', cursor };
}

export async function all(
  records: AsyncIterable<JournalRecord>,
): Promise<readonly JournalRecord[]> {
  const found: JournalRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}
