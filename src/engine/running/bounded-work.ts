// Work with an end: it is told to stop when its time is up or a person interrupts, and it is not waited for longer
// than a grace period after that. What does not stop by then is abandoned, not failed: it may still be working.

import { formatDuration } from '../contracts/duration.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { System } from '../contracts/system.ts';

/** How long an action may take to end after it was told to. */
export const abortGraceMs = 10_000;

export type Ended<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Told to stop for this reason. */
  | { readonly kind: 'stopped'; readonly reason: unknown }
  | { readonly kind: 'abandoned'; readonly reason: unknown };

export interface Bounds {
  readonly system: System;
  readonly timeoutMs: number;
  /** Any of them stops the work. */
  readonly signals: readonly AbortSignal[];
  /** What did not end in time, for the message: `Step "x"`. */
  readonly subject: string;
  /** What was last reported: "2 of 3 pods are still there". */
  lastReport(): string | undefined;
  /** May a later attempt help? A wait that was in vain for its whole time is not begun again. */
  readonly retryable: boolean;
}

export async function doBounded<T>(
  bounds: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Ended<T>> {
  const timer = new AbortController();
  const timeout = new AbortController();
  const signal = AbortSignal.any([...bounds.signals, timeout.signal]);
  if (signal.aborted) return { kind: 'stopped', reason: signal.reason };
  void bounds.system.sleep(bounds.timeoutMs, timer.signal).then(
    () => timeout.abort(timeoutError(bounds)),
    () => undefined,
  );
  try {
    const settled = settle(work, signal);
    const first = await Promise.race([settled, aborted(signal)]);
    if (first !== undefined) return first;
    const late = await Promise.race([settled, elapsed(bounds.system, timer.signal)]);
    return late ?? { kind: 'abandoned', reason: signal.reason };
  } finally {
    timer.abort();
  }
}

async function settle<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<Ended<T>> {
  try {
    return { kind: 'returned', value: await work(signal) };
  } catch (error) {
    // SDKs wrap the abort in errors of their own; the signal's reason is the truth.
    return signal.aborted ? { kind: 'stopped', reason: signal.reason } : { kind: 'threw', error };
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return undefined;
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

async function elapsed(system: System, cancel: AbortSignal): Promise<undefined> {
  try {
    await system.sleep(abortGraceMs, cancel);
  } catch {
    // Cancelled: the work ended first, and nobody reads this answer.
  }
  return undefined;
}

function timeoutError({ subject, timeoutMs, lastReport, retryable }: Bounds): DrctlError {
  const last = lastReport();
  const seen = last === undefined ? '' : `; last seen: ${last}`;
  return new DrctlError(
    'STEP_TIMEOUT',
    `${subject} did not end within ${formatDuration(timeoutMs)}${seen}`,
    { retryable, hint: 'Look at what it waits for, or give the step a longer "timeout"' },
  );
}
