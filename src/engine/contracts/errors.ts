// The one error class for everything that is not a bug. Its code decides the exit code and the documentation;
// the message is for people: what failed, on which object, the offending value.

import { errorCatalogue } from './error-catalogue.ts';
import type { ErrorCode } from './error-catalogue.ts';
import type { Problem, SourceRange } from './problem.ts';

export interface DrctlErrorOptions {
  readonly cause?: unknown;
  /** What to do next: a command, a file to look at, the nearest valid name. */
  readonly hint?: string;
  readonly at?: SourceRange;
  /** The step instance that was being carried out. */
  readonly step?: string;
  /** All problems of a file, where the error stands for several. */
  readonly problems?: readonly Problem[];
  /** A later attempt may succeed (the adapters classify; only the engine retries). */
  readonly retryable?: boolean;
  /** How long the server asked to wait, in milliseconds (Retry-After). */
  readonly retryAfterMs?: number;
}

export class DrctlError extends Error {
  override readonly name = 'DrctlError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: SourceRange | undefined;
  readonly step: string | undefined;
  readonly problems: readonly Problem[];
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: DrctlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.at = options.at;
    this.step = options.step;
    this.problems = options.problems ?? [];
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }

  get exitCode(): number {
    return errorCatalogue[this.code].exitCode;
  }
}

/** An error as the journal keeps it and views show it: plain data, masked before it is written. */
export interface ErrorRecord {
  readonly code: ErrorCode | 'BUG';
  readonly message: string;
  readonly hint?: string;
  /** The messages of the cause chain, outermost first. */
  readonly causes?: readonly string[];
}
