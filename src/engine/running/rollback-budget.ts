// A rollback has its own time budget: when it is used up, what is under way is told to stop and the run ends as stuck.

import type { Ports } from '../contracts/action.ts';
import { formatDuration } from '../contracts/duration.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Execution } from './execution.ts';

/** For a rollback that begins by itself or is resumed. */
export const defaultRollbackTimeoutMs = 60 * 60_000;

const started = new WeakSet<AbortController>();

/** Starts the clock once; `stop` ends it with the session. */
export function startBudget<P extends Ports>(
  { session, budget }: Execution<P>,
  timeoutMs: number,
  stop: AbortController,
): void {
  if (started.has(budget)) return;
  started.add(budget);
  const error = new DrctlError(
    'STEP_TIMEOUT',
    `The rollback did not end within ${formatDuration(timeoutMs)}`,
    { hint: 'Run "drctl rollback" again with a longer --timeout: it goes on where it is' },
  );
  void session.system.sleep(timeoutMs, stop.signal).then(
    () => budget.abort(error),
    () => undefined,
  );
}
