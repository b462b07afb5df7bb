// Goes on with a run: one more event in its journal, then the same loop as ever.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { drive } from './drive.ts';
import type { Execution } from './execution.ts';
import { withRun } from './open-run.ts';
import type { OpenRunOptions } from './open-run.ts';
import { defaultRollbackTimeoutMs } from './rollback-budget.ts';
import type { RunResult, RunSession } from './run-session.ts';
import { identityOf } from './start-run.ts';

/** RUN_FINISHED for a run that succeeded or was rolled back; else as `withRun` and `startRun`. */
export async function resumeRun<P extends Ports>(
  session: RunSession<P>,
  options: OpenRunOptions,
): Promise<RunResult> {
  return withRun(session, options, async (run) => {
    await beginAgain(run);
    return drive(run, defaultRollbackTimeoutMs);
  });
}

async function beginAgain<P extends Ports>({
  session,
  journal,
  plan,
}: Execution<P>): Promise<void> {
  const { drctl, by, runId } = session;
  const { outcome, status } = journal.state;
  if (outcome === 'succeeded' || outcome === 'rolled-back') {
    throw new DrctlError('RUN_FINISHED', `Run ${runId} has ended: it ${endingWords[outcome]}`, {
      hint:
        outcome === 'succeeded'
          ? `"drctl status ${runId}" shows what it did; "drctl rollback ${runId} --preview" what can be undone`
          : 'Plan and apply again for a new run',
    });
  }
  if (status === 'new') {
    // The process ended between creating the run and its first event: nothing was done yet.
    await journal.append({
      type: 'run.started',
      runId,
      runbook: identityOf(plan),
      envDigest: plan.envDigest,
      drctl,
      by,
    });
    return;
  }
  await journal.append({ type: 'run.resumed', by, drctl });
}

const endingWords = { succeeded: 'succeeded', 'rolled-back': 'was rolled back' } as const;
