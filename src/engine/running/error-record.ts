// Any thrown value as the data that a journal keeps, bugs of drctl itself included: they end the run, but in order.

import type { ErrorRecord } from '../contracts/errors.ts';
import { InvariantError } from '../contracts/invariant.ts';
import type { Redactor } from '../language/redactor.ts';
import { toErrorRecord } from '../planning/error-record.ts';

/** Masked. What is no DrctlError is a bug and gets the code BUG. */
export function recordOf(error: unknown, redactor: Redactor): ErrorRecord {
  return error instanceof InvariantError
    ? { code: 'BUG', message: redactor.maskText(error.message) }
    : toErrorRecord(error, redactor);
}

/** Something to throw at the end, whatever was thrown at first. */
export function bugOf(error: unknown): Error {
  return error instanceof Error ? error : new InvariantError(`Thrown: ${String(error)}`);
}
