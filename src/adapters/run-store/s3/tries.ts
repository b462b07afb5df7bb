// Bounded tries of one small call, on top of the SDK's own: a run must not stop because a bucket asked to slow down or a
// connection was cut, and must not hang because a server does. Each try has its own deadline.

import { setTimeout as pause } from 'node:timers/promises';
import { DrctlError } from '../../../engine/index.ts';
import { errorOf, hasName } from '../../aws/errors.ts';

export interface TryLimits {
  /** Before the second try, the third, … */
  readonly pausesMs: readonly number[];
  /** Of one try. */
  readonly tryMs: number;
}

/** A bucket that does not answer at all is given up after about two minutes. */
const usual: TryLimits = { pausesMs: [200, 500, 1_000, 2_000, 5_000], tryMs: 20_000 };

/** `doing`: "read s3://bucket/key". Throws CLIENT_* when the last try fails, or one that trying again cannot mend. */
export async function withTries<T>(
  doing: string,
  call: (signal: AbortSignal) => Promise<T>,
  { pausesMs, tryMs }: TryLimits = usual,
): Promise<T> {
  for (let failed = 0; ; failed += 1) {
    try {
      return await limited(doing, call, tryMs);
    } catch (cause) {
      const error = errorOf(cause, doing);
      const pauseMs = pausesMs[failed];
      if (pauseMs === undefined || !maySucceedLater(cause, error)) throw explained(error);
      await pause(pauseMs * (0.5 + Math.random()));
    }
  }
}

async function limited<T>(
  doing: string,
  call: (signal: AbortSignal) => Promise<T>,
  tryMs: number,
): Promise<T> {
  const signal = AbortSignal.timeout(tryMs);
  try {
    return await call(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new DrctlError('CLIENT_UNREACHABLE', `Cannot ${doing}: no answer in ${tryMs / 1_000} s`, {
      cause,
      retryable: true,
    });
  }
}

/** The conflict of two conditional writes at the same moment says only that neither is decided yet. */
function maySucceedLater(cause: unknown, error: unknown): boolean {
  if (hasName(cause, 'ConditionalRequestConflict', 'OperationAborted')) return true;
  return error instanceof DrctlError && error.retryable;
}

/** The state is no target of the runbook, so advice about a target's settings would lead astray. */
export function explained(error: unknown): unknown {
  const ofAccess = ['CLIENT_DENIED', 'CLIENT_UNAUTHENTICATED', 'CLIENT_UNREACHABLE'];
  if (!(error instanceof DrctlError) || !ofAccess.includes(error.code)) return error;
  const { code, message, cause, retryable } = error;
  return new DrctlError(code, message, {
    cause,
    retryable,
    hint: 'State in S3 is reached with AWS’s own variables: AWS_PROFILE (or AWS_ACCESS_KEY_ID …), AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_CA_BUNDLE',
  });
}
