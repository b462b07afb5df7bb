// Undoes what a run did, backwards. Journaled and resumable like everything else; a rollback that was cut off goes on
// with `resume` or with another `rollback`.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { drive } from './drive.ts';
import type { Execution } from './execution.ts';
import { withRun } from './open-run.ts';
import type { OpenRunOptions } from './open-run.ts';
import { givenUpSince, takenUpAgain } from './given-up-since.ts';
import type { RunResult, RunSession } from './run-session.ts';
import { stepOfInstance } from './run-state.ts';
import { assertNotHalfWay } from './half-way.ts';
import { pointOfNoReturn } from './undo-prospect.ts';

export interface RollbackOptions extends OpenRunOptions {
  /** Undo only what was begun after this step. */
  readonly to?: string;
  /** Also past a point of no return, and where a target that was given up keeps what was done on it. */
  readonly force?: boolean;
  /** For the whole rollback. What is not undone by then leaves the run stuck, and resumable. */
  readonly timeoutMs: number;
}

/** RUN_FINISHED when it was rolled back already, POINT_OF_NO_RETURN, USAGE for a step that has not begun. */
export async function rollbackRun<P extends Ports>(
  session: RunSession<P>,
  options: RollbackOptions,
): Promise<RunResult> {
  return withRun(session, options, async (run) => {
    const { to, force = false, moved = [] } = options;
    assertMayRollBack(run, { to, force });
    const { status } = run.journal.state;
    if (status === 'new') {
      throw new DrctlError('RUN_FINISHED', `Run ${session.runId} has done nothing`, {
        hint: 'There is nothing to undo',
      });
    }
    await run.journal.append({
      type: 'rollback.started',
      because: 'asked for by a person',
      by: session.by,
      ...(to === undefined ? {} : { to }),
      ...(moved.length === 0 ? {} : { moved }),
      ...givenUpSince(run),
      ...takenUpAgain(run),
    });
    return drive(run, options.timeoutMs);
  });
}

function assertMayRollBack<P extends Ports>(
  run: Execution<P>,
  { to, force }: { readonly to: string | undefined; readonly force: boolean },
): void {
  const { session, journal, graph } = run;
  const { state } = journal;
  if (state.outcome === 'rolled-back' && state.rollback?.to === undefined) {
    throw new DrctlError('RUN_FINISHED', `Run ${session.runId} has been rolled back already`, {
      hint: 'Plan and apply again for a new run',
    });
  }
  assertBegun(state.startOrder, to);
  if (force) return;
  assertNotHalfWay(run, to);
  const phase = pointOfNoReturn(graph, state, to);
  if (phase === undefined) return;
  throw new DrctlError(
    'POINT_OF_NO_RETURN',
    `Phase "${phase}" is a point of no return, and steps in or after it have begun`,
    {
      hint: `Look at "drctl rollback ${session.runId} --preview"; --force undoes what can be undone all the same`,
    },
  );
}

function assertBegun(startOrder: readonly string[], to: string | undefined): void {
  if (to === undefined) return;
  if (startOrder.some((id) => id === to || stepOfInstance(id) === to)) return;
  throw new DrctlError('USAGE', `Step "${to}" has not begun in this run`, {
    hint: `Steps that have begun: ${startOrder.join(', ')}`,
  });
}
