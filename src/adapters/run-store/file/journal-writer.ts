// Appends events to a journal file. A promise resolves when its line is on the disk; appends that wait at the same
// time share one write and one fdatasync. After the first failure nothing is written any more.

import type { FileHandle } from 'node:fs/promises';
import type { JournalEnd } from '../../../engine/index.ts';
import { createAppendQueue } from '../append-queue.ts';
import type { AppendQueue } from '../append-queue.ts';
import { asUnwritable } from './durable-files.ts';

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

/** LEASE_LOST, STORE_UNWRITABLE. `close` closes the file too. */
export function createJournalWriter(options: JournalWriterOptions): AppendQueue {
  const { handle, path, end, now, assertHeld } = options;
  let closing: Promise<void> | undefined;
  const queue = createAppendQueue({
    name: path,
    end,
    now,
    write: async (lines) => {
      try {
        await assertHeld();
        await handle.appendFile(lines);
        await handle.datasync();
        // Asked again after the write: who takes over creates the lease first and reads the journal then. So either the
        // new holder sees these lines, or they are not acknowledged here and nothing is done on the strength of them.
        await assertHeld();
      } catch (error) {
        throw asUnwritable(error, path);
      }
    },
  });
  return {
    append: queue.append,
    close: () => (closing ??= queue.close().then(() => handle.close())),
  };
}
