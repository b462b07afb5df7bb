// The last event of a session and what the caller is told. A run that waits for a person has no last event: its journal
// already says what it waits for.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { RunOutcome } from '../contracts/journal-event.ts';
import type { Execution } from './execution.ts';
import type { EndingMove } from './perform-move.ts';
import { toBeUndone } from './next-rollback-moves.ts';
import type { RunResult } from './run-session.ts';
import { pointOfNoReturn } from './undo-prospect.ts';

export function endRun<P extends Ports>(
  run: Execution<P>,
  move: Exclude<EndingMove, { readonly kind: 'begin-rollback' }>,
): Promise<RunResult>;
/** Undefined when the session goes on, as a rollback. */
export function endRun<P extends Ports>(
  run: Execution<P>,
  move: EndingMove,
): Promise<RunResult | undefined>;
export async function endRun<P extends Ports>(
  run: Execution<P>,
  move: EndingMove,
): Promise<RunResult | undefined> {
  switch (move.kind) {
    case 'finish':
      return finish(run, move.outcome);
    case 'begin-rollback':
      return beginRollback(run, move.because);
    case 'wait':
      return waitForPerson(run);
    case 'interrupt':
      return interrupt(run);
    default:
      return move satisfies never;
  }
}

async function finish<P extends Ports>(run: Execution<P>, outcome: RunOutcome): Promise<RunResult> {
  const { journal, endings } = run;
  // A run that was rolled back because a step failed still says which one and why.
  const failure = outcome === 'succeeded' ? undefined : endings.failure;
  const error = outcome === 'stuck' ? stuck(run) : failure;
  await journal.append({ type: 'run.finished', outcome });
  if (endings.bug !== undefined) throw endings.bug;
  return { outcome, state: journal.state, ...(error === undefined ? {} : { error }) };
}

/** A failed step asked for it; past a point of no return the run only fails, and a person decides. */
async function beginRollback<P extends Ports>(
  run: Execution<P>,
  because: string,
): Promise<RunResult | undefined> {
  const { journal, session, endings } = run;
  if (endings.bug !== undefined) return finish(run, 'failed');
  const passed = pointOfNoReturn(run.graph, journal.state);
  if (passed !== undefined) {
    session.emit({
      type: 'notice',
      severity: 'warning',
      message: `Not rolled back: phase "${passed}" is a point of no return and has begun. "drctl rollback ${session.runId} --force" does it all the same`,
    });
    return finish(run, 'failed');
  }
  const reason = endings.failure?.message ?? because;
  await journal.append({ type: 'rollback.started', because: reason, by: session.by });
  return undefined;
}

async function waitForPerson<P extends Ports>({
  journal,
  endings,
}: Execution<P>): Promise<RunResult> {
  if (endings.bug !== undefined) throw endings.bug;
  const { waiting } = endings;
  invariant(waiting, 'The run waits for a person, but nobody said for what');
  return { outcome: 'waiting', error: waiting, state: journal.state };
}

async function interrupt<P extends Ports>({ session, journal }: Execution<P>): Promise<RunResult> {
  const because = session.signal.aborted ? 'aborted by a person' : 'interrupted by a person';
  await journal.append({ type: 'run.interrupted', because });
  const error = new DrctlError('INTERRUPTED', `Run ${session.runId} was ${because}`, {
    hint: `Run "drctl resume ${session.runId}" to go on`,
  });
  return { outcome: 'interrupted', error, state: journal.state };
}

function stuck<P extends Ports>({ journal, endings, budget, session }: Execution<P>): DrctlError {
  const { state } = journal;
  const left = toBeUndone(state, state.rollback?.to).map(({ id }) => id);
  const list = state.rollback === undefined ? '' : `. Not undone: ${left.join(', ')}`;
  const cause: unknown = endings.undo ?? budget.signal.reason;
  const why = cause instanceof DrctlError ? cause.message : 'An undo failed';
  const hint =
    (cause instanceof DrctlError ? cause.hint : undefined) ??
    `Put right what stopped it, then run "drctl resume ${session.runId}"`;
  return new DrctlError('ROLLBACK_STUCK', `${why}${list}`, { cause, hint });
}
