// Planning only reads, so what a moment's fault spoils is simply read again, a few times within seconds: a plan of many
// reads must not be refused because one of them met a busy server. A server that hangs has used up the time already.

import { DrctlError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { System } from '../contracts/system.ts';

const delaysMs = [250, 1_000, 2_500];
/** After this long nothing is begun again. */
const patienceMs = 10_000;

/** These say nothing about what was read, only about the way to it. */
const passing: ReadonlySet<string> = new Set<ErrorCode>([
  'CLIENT_EXPIRED',
  'CLIENT_THROTTLED',
  'CLIENT_UNREACHABLE',
]);

export interface Patience {
  readonly system: System;
  readonly signal: AbortSignal;
  /** It is known why: asking again would only cost time. */
  isExpected?(error: DrctlError): boolean;
}

/** Throws the last error; the signal's reason when aborted. `work` must do no harm when it is done twice. */
export async function patiently<T>(
  { system, signal, isExpected }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const beganMs = system.monotonicMs();
  for (const delayMs of delaysMs) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || isExpected?.(error) === true) throw error;
      const waitMs = Math.max(delayMs * (0.5 + system.random() / 2), error.retryAfterMs ?? 0);
      if (system.monotonicMs() - beganMs + waitMs > patienceMs) throw error;
      await system.sleep(waitMs, signal);
    }
  }
  return work();
}

function isPassing(error: unknown): error is DrctlError {
  return error instanceof DrctlError && error.retryable && passing.has(error.code);
}
