import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { createJournalDecoder, emptyJournal, nextRecord } from '../../../src/engine/index.ts';
import type { JournalEvent, JournalRecord } from '../../../src/engine/index.ts';

const events: readonly JournalEvent[] = [
  { type: 'run.resumed', by: { user: 'ö', host: 'h', pid: 1 }, drctl: '1' },
  { type: 'step.skipped', step: 'a', because: 'line\nbreak \u2028 and "quotes"' },
  { type: 'step.progressed', step: 'a', cursor: { seen: [1, 2, 3] } },
  { type: 'run.finished', outcome: 'failed' },
];

function write(list: readonly JournalEvent[]): {
  readonly text: string;
  readonly records: readonly JournalRecord[];
} {
  let end = emptyJournal;
  const records: JournalRecord[] = [];
  let text = '';
  for (const event of list) {
    const next = nextRecord(event, '2026-11-22T03:15:02.000Z', end);
    text += `${next.line}\n`;
    records.push(next.record);
    ({ end } = next);
  }
  return { text, records };
}

function read(bytes: Uint8Array, chunkSize = bytes.byteLength) {
  const decoder = createJournalDecoder('journal');
  const records: JournalRecord[] = [];
  for (let at = 0; at < bytes.byteLength; at += Math.max(1, chunkSize)) {
    records.push(...decoder.push(bytes.subarray(at, at + Math.max(1, chunkSize))));
  }
  return { records, end: decoder.end() };
}

describe('the journal codec', () => {
  it('gives back what was written, in chunks of any size', () => {
    const { text, records } = write(events);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length }), (size) => {
        expect(read(Buffer.from(text), size).records).toEqual(records);
      }),
    );
  });

  it('drops a torn last line, wherever it was cut, and says where the good part ends', () => {
    const { text, records } = write(events);
    const bytes = Buffer.from(text);
    const goodBytes = Buffer.byteLength(write(events.slice(0, -1)).text);
    for (let cut = goodBytes + 1; cut < bytes.byteLength; cut += 1) {
      const { records: kept, end } = read(bytes.subarray(0, cut));
      expect(kept).toEqual(records.slice(0, -1));
      expect(end).toMatchObject({ seq: 3, sizeBytes: goodBytes, tornBytes: cut - goodBytes });
    }
  });

  it('goes on after a torn line as if it had never been begun', () => {
    const { end } = read(Buffer.from(`${write(events.slice(0, 2)).text}{"format":1,"se`));
    const next = nextRecord({ type: 'run.interrupted', because: 'x' }, 'now', end);
    const repaired = `${write(events.slice(0, 2)).text}${next.line}\n`;
    expect(read(Buffer.from(repaired)).records.at(-1)?.event.type).toBe('run.interrupted');
  });

  it('finds every flipped bit before the last newline, and names a line', () => {
    const bytes = Buffer.from(write(events).text);
    const lastLine = Buffer.from(write(events.slice(0, -1)).text).byteLength;
    for (let at = 0; at < lastLine; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => read(damaged)).toThrow(/journal: line \d+ (is|has|does)/);
    }
  });

  it.each([
    ['removed', (lines: string[]) => lines.toSpliced(1, 1)],
    ['doubled', (lines: string[]) => lines.toSpliced(1, 0, lines[1] ?? '')],
    ['exchanged', (lines: string[]) => [lines[0], lines[2], lines[1], lines[3]]],
  ])('refuses a journal with a line %s', (_, change) => {
    const lines = write(events).text.trimEnd().split('\n');
    const text = `${change(lines).join('\n')}\n`;
    expect(() => read(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'JOURNAL_CORRUPT' }),
    );
  });

  it('refuses a format that it does not know', () => {
    const text = write(events).text.replace('"format":1', '"format":2');
    expect(() => read(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'JOURNAL_VERSION' }),
    );
  });
});
