// A bound on one piece of work, also for work that does not honour its signal.

import { formatDuration } from '../contracts/duration.ts';
import { DrctlError } from '../contracts/errors.ts';

export interface Deadline {
  readonly ms: number;
  readonly signal: AbortSignal;
  /** What did not end in time, for the message: `planning step "pause"`. */
  readonly subject: string;
}

/** The work's result. STEP_TIMEOUT after `ms`; the outer signal's reason when that one aborts first. */
export async function withDeadline<T>(
  { ms, signal, subject }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const timeout = new DrctlError(
    'STEP_TIMEOUT',
    `${subject} did not end within ${formatDuration(ms)}`,
    { retryable: true },
  );
  const timer = setTimeout(() => controller.abort(timeout), ms);
  const both = AbortSignal.any([signal, controller.signal]);
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(both.reason);
    both.addEventListener('abort', onAbort, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work(both), aborted]);
  } catch (error) {
    // An SDK wraps the abort in errors of its own; the reason is the truth.
    if (both.aborted) throw both.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}
