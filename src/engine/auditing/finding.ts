// What an audit says about one run: everything at once, so that a person sees the whole damage before mending any of it.

import type { StoreFinding } from '../contracts/store.ts';

/** Which part of the run a finding is about. */
export type AuditPart = 'header' | 'journal' | 'events' | 'artifacts' | 'leases' | 'store';

export interface AuditFinding extends StoreFinding {
  readonly part: AuditPart;
  /** The file: a path, a key, the name of an artifact. */
  readonly file?: string;
  /** Of the journal; counts from 1. */
  readonly line?: number;
  readonly expected?: string;
  readonly found?: string;
}

/** An error of this part, from whatever was thrown while it was read. */
export function findingOf(part: AuditPart, file: string, error: unknown): AuditFinding {
  const message = error instanceof Error ? error.message : String(error);
  return { severity: 'error', part, file, message };
}
