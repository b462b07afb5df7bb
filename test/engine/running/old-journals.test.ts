// Journals outlive the drctl that wrote them: every format that was ever released must load and mean the same.

import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeJournal, fold } from '../../../src/engine/index.ts';
import { eventTypes } from '../../../src/engine/running/record-shape.ts';
import type { JournalRecord } from '../../../src/engine/index.ts';

const folder = new URL('../../fixtures/journals/', import.meta.url);
const path = new URL('format-1.jsonl', folder);

async function load(from = path): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of decodeJournal(createReadStream(from), { name: from.pathname })) {
    records.push(record);
  }
  return records;
}

describe('the kept journals', () => {
  it('hold every event that there is, so that none can change its meaning unnoticed', async () => {
    const found = new Set<string>();
    for (const name of readdirSync(folder)) {
      for (const { event } of await load(new URL(name, folder))) found.add(event.type);
    }
    expect([...found].toSorted()).toEqual(eventTypes.toSorted());
  });
});

describe('a journal of format 1', () => {
  it.each(readdirSync(folder))(
    '%s loads, and every beginning of it is a state that can be resumed',
    async (name) => {
      const records = await load(new URL(name, folder));
      for (let length = 1; length <= records.length; length += 1) {
        expect(fold(records.slice(0, length)).seq).toBe(length);
      }
    },
  );

  it('means what it meant: killed, resumed, decided about, failed, rolled back', async () => {
    const state = fold(await load());
    expect(state).toMatchObject({ runId: 'toy-run', outcome: 'rolled-back', session: 4 });
    expect([...state.approvals.keys()]).toEqual(['restore']);
    const instances = [...state.instances.values()].map(
      ({ id, status, attempt }) => `${id} ${status} ${attempt}`,
    );
    expect(instances).toEqual([
      'never skipped 0',
      'find not-undoable 1',
      'busy undone 3',
      'op undone 1',
      'odd undone 1',
      'pause[np/1] undone 2',
      'pause[np/2] undone 2',
      'create undone 1',
      'fail undone 1',
    ]);
    expect(state.instances.get('op')?.undoEntries).toEqual(new Map([['op', 'up']]));
  });

  it('names the line in which a byte was changed', async () => {
    const text = readFileSync(path, 'utf8').replace('"paused"', '"pausex"');
    const changed = (async function* () {
      yield Buffer.from(text);
    })();
    const read = async () => {
      for await (const _ of decodeJournal(changed, { name: 'journal' }));
    };
    await expect(read()).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: expect.stringMatching(/^journal: line 13 does not continue/),
    });
  });
});
