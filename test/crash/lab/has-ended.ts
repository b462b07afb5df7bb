// When a run needs no further process.

import type { CliResult } from '../../cli/run-cli.ts';
import type { RunRecord } from './run-record.ts';

/** Throws with all that drctl said when it ended by itself in any other way. */
export function assertEnded(result: CliResult | undefined, run: RunRecord | undefined): void {
  if (result?.code === 0) return;
  // It was ended after its last record.
  if (result?.stderr.includes('RUN_FINISHED') === true) return;
  // A resume that completes a rollback has not reached the run's own goal, and says so by its exit code.
  if (run?.outcome === 'rolled-back') return;
  throw new Error(`drctl: exit ${result?.code}\n${result?.stdout ?? ''}\n${result?.stderr ?? ''}`);
}

/** A guard did not hold: nothing was begun, and the run waits for a person. */
export function isRefused(result: CliResult | undefined): boolean {
  return result?.stderr.includes('GUARD_REFUSED') === true;
}
