// When a failed attempt is tried again, and after how long. Pure: chance comes in as a number.

import { DrctlError } from '../contracts/errors.ts';
import type { RetryPolicy } from '../contracts/runbook.ts';

/** A server's Retry-After is honoured up to here. */
const retryAfterMsMax = 5 * 60_000;

/** May another attempt follow? `attempts`: those of this session so far. Only errors classified as retryable are tried again. */
export function mayRetry(error: unknown, attempts: number, policy: RetryPolicy): boolean {
  return error instanceof DrctlError && error.retryable && attempts < policy.attempts;
}

/**
 * How long to wait after this many failed attempts. With jitter the delay is between half and the whole of what it
 * would be, so that steps that failed together do not come back together. `random` in [0, 1).
 */
export function retryDelayMs(
  policy: RetryPolicy,
  failed: { readonly attempts: number; readonly retryAfterMs: number | undefined },
  random: number,
): number {
  const exponent = Math.max(0, failed.attempts - 1);
  const backoff = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.factor ** exponent);
  const delay = policy.jitter ? backoff * (0.5 + random / 2) : backoff;
  return Math.round(Math.max(delay, Math.min(failed.retryAfterMs ?? 0, retryAfterMsMax)));
}

/**
 * An undo is more patient than a step: what it needs may be on its way back, because another undo has just started it, and
 * giving up leaves a world half way. About four minutes, within the rollback's own budget.
 */
export function undoPolicy(policy: RetryPolicy): RetryPolicy {
  return {
    ...policy,
    attempts: Math.max(policy.attempts, undoAttempts),
    maxDelayMs: Math.max(policy.maxDelayMs, undoDelayMsMax),
  };
}

const undoAttempts = 20;
const undoDelayMsMax = 15_000;
