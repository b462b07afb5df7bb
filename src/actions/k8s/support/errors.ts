// Which failures of a cluster are answers, and which only mean "not now".

import { DrctlError } from '../../../engine/index.ts';
import type { ErrorCode } from '../../../engine/index.ts';

export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is DrctlError {
  return error instanceof DrctlError && codes.includes(error.code);
}

/** A later attempt may succeed; waits go on over it. */
export function isTransient(error: unknown): boolean {
  return hasCode(error, 'CLIENT_UNREACHABLE', 'CLIENT_THROTTLED', 'CLIENT_EXPIRED');
}
