// Appends that wait at the same time share one write. After the first failure nothing is written any more: what comes
// after an event that could not be recorded must not be recorded either.

import { DrctlError, nextRecord } from '../../engine/index.ts';
import type { JournalEnd, JournalEvent, JournalRecord } from '../../engine/index.ts';

/** The most events of one write: bounds the memory of a batch, never reached by people's runbooks. */
const maxBatch = 1_000;

export interface AppendQueue {
  /** Resolves once durable. After one rejection all later ones reject with the same error; LEASE_LOST when closed. */
  append(event: JournalEvent): Promise<JournalRecord>;
  /** Waits for the appends that were asked for. Nothing happens the second time. */
  close(): Promise<void>;
}

export interface AppendQueueOptions {
  /** How messages call the journal: its path or key. */
  readonly name: string;
  /** Where the journal ends now. */
  readonly end: JournalEnd;
  now(): Date;
  /** Durable when it resolves; what it throws ends the queue. */
  write(lines: string): Promise<void>;
}

interface Waiting {
  readonly event: JournalEvent;
  resolve(record: JournalRecord): void;
  reject(error: unknown): void;
}

export function createAppendQueue(options: AppendQueueOptions): AppendQueue {
  const { name, now } = options;
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
        failure = { error };
        for (const waiting of [...batch, ...queue.splice(0)]) waiting.reject(error);
      }
    }
    pumping = undefined;
  }

  async function write(batch: readonly Waiting[]): Promise<readonly JournalRecord[]> {
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
    await options.write(lines.join(''));
    end = after;
    return records;
  }

  return {
    append(event) {
      if (failure !== undefined) return Promise.reject(failure.error);
      if (closed) {
        return Promise.reject(
          new DrctlError('LEASE_LOST', `${name} was released; nothing can be added to it`),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ event, resolve, reject });
        pumping ??= pump();
      });
    },
    async close() {
      closed = true;
      await pumping;
    },
  };
}
