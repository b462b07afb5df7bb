// The journal's codec: one JSON record a line, each with the hash of the line before. Gaps, edits and torn tails are
// told apart: bytes after the last newline were never acknowledged and are dropped; damage anywhere else stops.
// Pure: the stores bring the bytes.

import { hash } from 'node:crypto';
import { DrctlError } from '../contracts/errors.ts';
import type { JournalEvent, JournalRecord } from '../contracts/journal-event.ts';
import { readLine } from './read-line.ts';

/** The longest line that is read: a journal that holds more was not written by drctl. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;

/** Where the next record goes. */
export interface JournalEnd {
  /** Of the last record; 0 for an empty journal. */
  readonly seq: number;
  /** Digest of the last line: the `previous` of the next record. */
  readonly previous: string;
  /** Bytes up to and with the last newline. A store cuts the file here before it appends. */
  readonly sizeBytes: number;
}

/** "sha256:<hex>" of a line as written, without its newline. */
export function digestLine(line: string | Uint8Array): string {
  return `sha256:${hash('sha256', line, 'hex')}`;
}

/** Of the line that this record is: of the last one, the head of the journal. */
export function digestRecord(record: JournalRecord): string {
  return digestLine(JSON.stringify(record));
}

export const emptyJournal: JournalEnd = { seq: 0, previous: digestLine(''), sizeBytes: 0 };

/** The line of an event, without its newline. */
export function encodeRecord(
  event: JournalEvent,
  place: { readonly seq: number; readonly at: string; readonly previous: string },
): string {
  const record: JournalRecord = {
    format: 1,
    seq: place.seq,
    at: place.at,
    previous: place.previous,
    event,
  };
  return JSON.stringify(record);
}

/** What `encodeRecord` makes, with the record itself and the end of the journal after it. */
export function nextRecord(
  event: JournalEvent,
  at: string,
  end: JournalEnd,
): { readonly line: string; readonly record: JournalRecord; readonly end: JournalEnd } {
  const seq = end.seq + 1;
  const line = encodeRecord(event, { seq, at, previous: end.previous });
  return {
    line,
    // Parsed back, so that what the engine works with is what the next process will read.
    record: JSON.parse(line) as JournalRecord,
    end: {
      seq,
      previous: digestLine(line),
      sizeBytes: end.sizeBytes + Buffer.byteLength(line) + 1,
    },
  };
}

export interface JournalDecoder {
  /** The records whose lines are complete now. JOURNAL_CORRUPT with the line's number, JOURNAL_VERSION. */
  push(chunk: Uint8Array): readonly JournalRecord[];
  /** After the last chunk. `tornBytes`: how much after the last newline was dropped. */
  end(): JournalEnd & { readonly tornBytes: number };
}

/** Decodes a journal from chunks of any size. `name` is how messages call it: its path or key; `runId` is for what they advise. */
export function createJournalDecoder(name: string, runId?: string): JournalDecoder {
  let end = emptyJournal;
  let rest: Uint8Array[] = [];
  let restBytes = 0;

  function takeLine(line: Uint8Array): JournalRecord {
    const record = decodeLine(line, { name, runId }, end);
    end = {
      seq: record.seq,
      previous: digestLine(line),
      sizeBytes: end.sizeBytes + line.byteLength + 1,
    };
    return record;
  }

  return {
    push(chunk) {
      const records: JournalRecord[] = [];
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        records.push(takeLine(Buffer.concat([...rest, chunk.subarray(from, at)])));
        rest = [];
        restBytes = 0;
        from = at + 1;
      }
      if (from < chunk.byteLength) {
        rest.push(chunk.slice(from));
        restBytes += chunk.byteLength - from;
      }
      if (restBytes > LINE_BYTES_MAX) {
        throw corrupt({ name, runId }, end.seq + 1, `is longer than ${LINE_BYTES_MAX} bytes`);
      }
      return records;
    },
    end: () => ({ ...end, tornBytes: restBytes }),
  };
}

/** What people are told about a torn last line. */
export function tornNotice(name: string, tornBytes: number): string {
  return `${name} ends in the middle of a line (${tornBytes} bytes): the last event was cut off by a crash and is dropped`;
}

/** All records of a journal. `torn` is called with a notice when the last line was cut. */
export async function* decodeJournal(
  content: AsyncIterable<Uint8Array>,
  options: { readonly name: string; readonly runId?: string; torn?(notice: string): void },
): AsyncGenerator<JournalRecord, JournalEnd> {
  const decoder = createJournalDecoder(options.name, options.runId);
  for await (const chunk of content) yield* decoder.push(chunk);
  const end = decoder.end();
  if (end.tornBytes > 0) options.torn?.(tornNotice(options.name, end.tornBytes));
  return end;
}

interface Named {
  readonly name: string;
  readonly runId: string | undefined;
}

function decodeLine(line: Uint8Array, named: Named, end: JournalEnd): JournalRecord {
  const number = end.seq + 1;
  const read = readLine(line);
  if (read.kind === 'damaged') throw corrupt(named, number, read.what, read.cause);
  if (read.kind === 'other-format') {
    throw new DrctlError(
      'JOURNAL_VERSION',
      `${named.name}: line ${number} is of journal format ${read.format}`,
      { hint: 'Use the drctl that wrote this run, or a newer one' },
    );
  }
  const { record } = read;
  if (record.seq !== number) {
    throw corrupt(named, number, `has sequence number ${record.seq}: lines are missing or added`);
  }
  if (record.previous !== end.previous) {
    throw corrupt(
      named,
      number,
      'does not continue the line before it: one of the two was changed',
    );
  }
  return record;
}

function corrupt({ name, runId }: Named, line: number, what: string, cause?: unknown): DrctlError {
  return new DrctlError('JOURNAL_CORRUPT', `${name}: line ${line} ${what}`, {
    hint: mistrustHint(runId),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What to do about a history that is damaged. */
export function mistrustHint(runId = 'RUN'): string {
  return `Run "drctl audit verify ${runId}" to see all that is wrong, and restore the journal from a copy; drctl does nothing with a run whose history it cannot trust`;
}
