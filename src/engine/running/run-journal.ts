// The one writer of a run's state. An event is checked, masked, made durable, and only then part of the state; the
// first append that fails ends the run, for nothing may be done that cannot be recorded.

import type { JournalEvent, JournalRecord } from '../contracts/journal-event.ts';
import type { RunLease } from '../contracts/store.ts';
import type { RunEventSink } from '../contracts/system.ts';
import type { Redactor } from '../language/redactor.ts';
import type { RunFold } from './fold.ts';
import { maskEvent } from './mask-event.ts';
import type { RunState } from './run-state.ts';

export interface RunJournal {
  readonly state: RunState;
  /** Aborted, with the store's error as reason, when an append failed or the lease was lost. */
  readonly broken: AbortSignal;
  /** Resolves when the event is durable and part of the state. Rejects with what the store rejected with. */
  append(event: JournalEvent): Promise<void>;
  /** Called with every record from now on, once it is part of the state. */
  onTaken(listener: (record: JournalRecord) => void): void;
}

export function createRunJournal(options: {
  readonly lease: RunLease;
  readonly fold: RunFold;
  readonly redactor: Redactor;
  readonly emit: RunEventSink;
}): RunJournal {
  const { lease, fold, redactor, emit } = options;
  const broken = new AbortController();
  const listeners: ((record: JournalRecord) => void)[] = [];
  lease.lost?.addEventListener('abort', () => broken.abort(lease.lost?.reason), { once: true });
  // Appends overlap so that the store can share an fsync; the state takes them in the order in which they were made.
  let tail: Promise<void> = Promise.resolve();

  function take(record: JournalRecord): void {
    fold.add(record);
    for (const listener of listeners) listener(record);
    emit({ type: 'journal', record });
  }

  return {
    state: fold.state,
    broken: broken.signal,
    onTaken: (listener) => void listeners.push(listener),
    async append(event) {
      broken.signal.throwIfAborted();
      fold.check(event);
      const previous = tail;
      const appended = lease.append(maskEvent(event, redactor));
      const taken = (async () => {
        const [record] = await Promise.all([appended, previous]);
        take(record);
      })();
      tail = taken;
      try {
        await taken;
      } catch (error) {
        broken.abort(error);
        throw error;
      }
    },
  };
}
