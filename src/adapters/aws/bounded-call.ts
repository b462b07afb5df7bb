// A call that only asks, or carries little: a server that hangs or trickles does not hold it up for longer than CALL_MS.

import { untilAbort } from '../kubernetes/on-abort.ts';
import { timeLimit } from '../time-limit.ts';
import { ANSWER_MS, CALL_MS } from './bounds.ts';

export interface CallOptions {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

/** Throws what the SDK throws; the signal's reason; an error named TimeoutError. */
export async function boundedCall<T>(
  signal: AbortSignal,
  send: (options: CallOptions) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = timeLimit(CALL_MS, signal);
  try {
    const sent = send({ abortSignal: limit.signal, requestTimeout: ANSWER_MS });
    // The SDK itself does not stop reading an answer that has begun.
    return await untilAbort(sent, limit.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw cause;
    const late = new Error(`no answer within ${CALL_MS / 1_000}s`, { cause });
    late.name = 'TimeoutError';
    throw late;
  } finally {
    limit.clear();
  }
}
