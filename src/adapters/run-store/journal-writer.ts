// Appends events to a journal file. A promise resolves when its line is on the disk; appends that wait at the same
// time share one write and one fdatasync. After the first failure nothing is written any more.

import type { FileHandle } from 'node:fs/promises';
import { DrctlError, nextRecord } from '../../engine/index.ts';
import type { JournalEnd, JournalEvent, JournalRecord } from '../../engine/index.ts';
import { asUnwritable } from './durable-files.ts';

/** The most events of one write: bounds the memory of a batch, never reached by people's runbooks. */
const maxBatch = 1_000;

export interface JournalWriterOptions {
  /** Opened for appending; closed by `close`. */
  readonly handle: FileHandle;
  readonly path: string;
  /** Where the journal ends now. */
  readonly end: JournalEnd;
  now(): Date;
  /** Throws when this process may not write any more. */
  assertHeld(): Promise<void>;
}

export interface JournalWriter {
  /** LEASE_LOST, STORE_UNWRITABLE; after one rejection all later ones reject with the same error. */
  append(event: JournalEvent): Promise<JournalRecord>;
  /** Waits for the appends that were asked for, then closes the file. */
  close(): Promise<void>;
}

interface Waiting {
  readonly event: JournalEvent;
  resolve(record: JournalRecord): void;
  reject(error: unknown): void;
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { handle, path, now, assertHeld } = options;
  const queue: Waiting[] = [];
  let end = options.end;
  let failure: { readonly error: unknown } | undefined;
  let pumping: Promise<void> | undefined;
  let closed = false;

  async function pump(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, maxBatch);
      try {
        const records = await write(batch);
        for (const [index, record] of records.entries()) batch[index]?.resolve(record);
      } catch (error) {
        failure = { error: asUnwritable(error, path) };
        for (const waiting of [...batch, ...queue.splice(0)]) waiting.reject(failure.error);
      }
    }
    pumping = undefined;
  }

  async function write(batch: readonly Waiting[]): Promise<readonly JournalRecord[]> {
    await assertHeld();
    const at = now().toISOString();
    const lines: string[] = [];
    const records: JournalRecord[] = [];
    let after = end;
    for (const { event } of batch) {
      const next = nextRecord(event, at, after);
      lines.push(`${next.line}\n`);
      records.push(next.record);
      after = next.end;
    }
    await handle.appendFile(lines.join(''));
    await handle.datasync();
    // Asked again after the write: who takes over creates the lease first and reads the journal then. So either the
    // new holder sees these lines, or they are not acknowledged here and nothing is done on the strength of them.
    await assertHeld();
    end = after;
    return records;
  }

  return {
    append(event) {
      if (failure !== undefined) return Promise.reject(failure.error);
      if (closed) {
        return Promise.reject(
          new DrctlError('LEASE_LOST', `${path} was released; nothing can be added to it`),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ event, resolve, reject });
        pumping ??= pump();
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await pumping;
      await handle.close();
    },
  };
}
