// The names of runs, and what is said about runs that are not there or are there already. The same for every store.

import { DrctlError, mistrustHint } from '../../engine/index.ts';

/** Throws RUN_NOT_FOUND for a text that is no run id, so that none can lead out of the place where runs live. */
export function checkedRunId(runId: string): string {
  if (!isRunId(runId)) throw runNotFound(runId);
  return runId;
}

export function isRunId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,199}$/.test(text);
}

export function runNotFound(runId: string, cause?: unknown): DrctlError {
  return new DrctlError('RUN_NOT_FOUND', `There is no run "${runId}"`, {
    hint: 'Run "drctl runs" for the list, or name the place of its state with --state',
    cause,
  });
}

export function runExists(runId: string, cause?: unknown): DrctlError {
  return new DrctlError('RUN_EXISTS', `There is a run "${runId}" already`, {
    hint: `Run "drctl resume ${runId}" to go on with it`,
    cause,
  });
}

/** Ids begin with the time. */
export function newestFirst<T extends { readonly runId: string }>(runs: readonly T[]): T[] {
  return runs.toSorted((one, other) => (one.runId < other.runId ? 1 : -1));
}

/** Damage to the history as a whole: there is nothing to go on from. */
export function journalMissing(name: string, runId: string): DrctlError {
  return new DrctlError('JOURNAL_CORRUPT', `${name} is missing`, {
    hint: mistrustHint(runId),
  });
}
