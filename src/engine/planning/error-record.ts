// Errors as data: for plans and journals. Bugs of drctl itself (InvariantError) are not turned into data; they go up.

import { DrctlError } from '../contracts/errors.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import { InvariantError } from '../contracts/invariant.ts';
import type { Redactor } from '../language/redactor.ts';

const maxCauses = 8;

/** Masked. Anything that is not a DrctlError gets the code BUG. Throws an InvariantError again. */
export function toErrorRecord(error: unknown, redactor: Redactor): ErrorRecord {
  if (error instanceof InvariantError) throw error;
  const causes = causesOf(error);
  const shared = causes.length === 0 ? {} : { causes };
  const record: ErrorRecord =
    error instanceof DrctlError
      ? {
          code: error.code,
          message: error.message,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          ...shared,
        }
      : { code: 'BUG', message: messageOf(error), ...shared };
  return maskErrorRecord(record, redactor);
}

export function maskErrorRecord(record: ErrorRecord, redactor: Redactor): ErrorRecord {
  const { code, message, hint, causes } = record;
  return {
    code,
    message: redactor.maskText(message),
    ...(hint === undefined ? {} : { hint: redactor.maskText(hint) }),
    ...(causes === undefined ? {} : { causes: causes.map((text) => redactor.maskText(text)) }),
  };
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && causes.length < maxCauses) {
    causes.push(messageOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
