// Goes on with a run: one more event in its journal, then the same loop as ever.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { MovedValue } from '../contracts/journal-event.ts';
import { drive } from './drive.ts';
import type { Execution } from './execution.ts';
import { againAfter } from './forward-again.ts';
import { givenUpSince } from './given-up-since.ts';
import { assertGoesOnWhole } from './half-way.ts';
import { withRun } from './open-run.ts';
import type { OpenRunOptions } from './open-run.ts';
import { defaultRollbackTimeoutMs } from './rollback-budget.ts';
import type { RunResult, RunSession } from './run-session.ts';
import { isOver } from './run-state.ts';
import { identityOf, leftOutOf } from './start-run.ts';

/**
 * RUN_FINISHED for a run that succeeded or was rolled back as a whole; else as `withRun` and `startRun`. A rollback that
 * stopped at a step is gone forward from again.
 */
export async function resumeRun<P extends Ports>(
  session: RunSession<P>,
  options: OpenRunOptions,
): Promise<RunResult> {
  return withRun(session, options, async (run) => {
    await beginAgain(run, options.moved);
    return drive(run, defaultRollbackTimeoutMs);
  });
}

async function beginAgain<P extends Ports>(
  run: Execution<P>,
  moved: readonly MovedValue[] = [],
): Promise<void> {
  const { session, journal, plan, graph } = run;
  const { drctl, by, runId } = session;
  const { state } = journal;
  const { outcome, status } = state;
  if (isOver(state) && (outcome === 'succeeded' || outcome === 'rolled-back')) {
    throw runFinished(runId, outcome);
  }
  assertGoesOnWhole(run);
  const given = givenUpSince(run);
  if (status === 'new') {
    // The process ended between creating the run and its first event: nothing was done yet.
    await journal.append({
      type: 'run.started',
      runId,
      runbook: identityOf(plan),
      envDigest: plan.envDigest,
      drctl,
      by,
      ...leftOutOf(plan),
    });
    if (given.unavailable === undefined && moved.length === 0) return;
  }
  const to = outcome === 'rolled-back' ? state.rollback?.to : undefined;
  const again = to === undefined ? {} : { again: againAfter(graph, state, to) };
  await journal.append({
    type: 'run.resumed',
    by,
    drctl,
    ...(moved.length > 0 && { moved }),
    ...again,
    ...given,
  });
}

/** RUN_FINISHED, for who wants to go on with a run that needs nobody any more. */
export function runFinished(runId: string, outcome: 'succeeded' | 'rolled-back'): DrctlError {
  return new DrctlError('RUN_FINISHED', `Run ${runId} has ended: it ${endingWords[outcome]}`, {
    hint:
      outcome === 'succeeded'
        ? `"drctl status ${runId}" shows what it did; "drctl rollback ${runId} --preview" what can be undone`
        : 'Plan and apply again for a new run',
  });
}

const endingWords = { succeeded: 'succeeded', 'rolled-back': 'was rolled back' } as const;
