// The last event of a session and what the caller is told. A run that waits for a person has no last event: its journal
// already says what it waits for.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { RunOutcome } from '../contracts/journal-event.ts';
import { listSome } from '../contracts/words.ts';
import { recordOf } from './error-record.ts';
import type { Execution } from './execution.ts';
import type { EndingMove } from './perform-move.ts';
import { whyHalfWay } from './half-way.ts';
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
    case 'end-cleanup':
      return endCleanup(run, move.outcome);
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

async function endCleanup<P extends Ports>(
  run: Execution<P>,
  outcome: 'clean' | 'stuck',
): Promise<RunResult> {
  const { journal, endings } = run;
  await journal.append({ type: 'cleanup.finished', outcome });
  if (endings.bug !== undefined) throw endings.bug;
  if (outcome === 'clean') return { outcome: 'cleaned-up', state: journal.state };
  return { outcome: 'stuck', error: stuck(run), state: journal.state };
}

/** A failed step asked for it; past a point of no return the run only fails, and a person decides. */
async function beginRollback<P extends Ports>(
  run: Execution<P>,
  because: string,
): Promise<RunResult | undefined> {
  const { journal, session, endings } = run;
  if (endings.bug !== undefined) return finish(run, 'failed');
  const refusal = whyNotRolledBack(run);
  if (refusal !== undefined) {
    const all = `"drctl rollback ${session.runId} --force" does it all the same`;
    const message = `Not rolled back: ${refusal}. ${all}`;
    session.emit({ type: 'notice', severity: 'warning', message });
    return finish(run, 'failed');
  }
  const reason = endings.failure?.message ?? because;
  await journal.append({ type: 'rollback.started', because: reason, by: session.by });
  return undefined;
}

function whyNotRolledBack<P extends Ports>(run: Execution<P>): string | undefined {
  const passed = pointOfNoReturn(run.graph, run.journal.state);
  if (passed === undefined) return whyHalfWay(run);
  return `phase "${passed}" is a point of no return and has begun`;
}

async function waitForPerson<P extends Ports>(run: Execution<P>): Promise<RunResult> {
  const { journal, endings } = run;
  if (endings.bug !== undefined) throw endings.bug;
  const { waiting, declined } = endings;
  if (journal.state.status === 'rolling-back' && declined !== undefined) {
    return holdRollback(run, declined);
  }
  invariant(waiting, 'The run waits for a person, but nobody said for what');
  return { outcome: 'waiting', error: waiting, state: journal.state };
}

/** Nobody said yes to an undo. While nothing was undone that ends the rollback, and the run is as it was before it. */
async function holdRollback<P extends Ports>(
  { journal, session }: Execution<P>,
  cause: DrctlError,
): Promise<RunResult> {
  const { runId } = session;
  const step = cause.step ?? '';
  const withdrawn = journal.state.beforeRollback !== undefined;
  if (withdrawn) {
    const error = recordOf(cause, session.redactor);
    await journal.append({ type: 'rollback.withdrawn', error });
  }
  const canGoOn = journal.state.outcome !== 'succeeded' && journal.state.outcome !== 'rolled-back';
  const forward = canGoOn ? `; "drctl resume ${runId}" goes forward again` : '';
  const next = withdrawn
    ? `Nothing was undone. "drctl rollback ${runId}" asks again${forward}`
    : `What was undone stays undone; "drctl resume ${runId}" asks again and goes on with the rollback`;
  const error = new DrctlError(cause.code, `"${step}" is not undone: ${cause.message}`, {
    cause,
    step,
    hint: cause.hint === undefined ? next : `${cause.hint}. ${next}`,
  });
  return { outcome: 'waiting', error, state: journal.state };
}

async function interrupt<P extends Ports>({ session, journal }: Execution<P>): Promise<RunResult> {
  const because = session.signal.aborted
    ? 'aborted by a person'
    : interruption(session.interrupt.reason);
  const verb = journal.state.status === 'cleaning-up' ? 'cleanup' : 'resume';
  await journal.append({ type: 'run.interrupted', because });
  const error = new DrctlError('INTERRUPTED', `Run ${session.runId} was ${because}`, {
    hint: `Run "drctl ${verb} ${session.runId}" to go on`,
  });
  return { outcome: 'interrupted', error, state: journal.state };
}

/** The signal's own reason when it has one: a person is not to blame for a time budget. */
function interruption(reason: unknown): string {
  if (!(reason instanceof DrctlError)) return 'interrupted by a person';
  return reason.message.charAt(0).toLowerCase() + reason.message.slice(1);
}

function stuck<P extends Ports>({ journal, endings, budget, session }: Execution<P>): DrctlError {
  const { state } = journal;
  const left = toBeUndone(state, state.rollback?.to).map(({ id }) => id);
  const list = state.rollback === undefined ? '' : `. Not undone: ${listSome(left)}`;
  const cause: unknown = endings.undo ?? budget.signal.reason;
  const why = cause instanceof DrctlError ? cause.message : 'An undo failed';
  const hint =
    (cause instanceof DrctlError ? cause.hint : undefined) ??
    `Put right what stopped it, then run "drctl resume ${session.runId}"`;
  return new DrctlError('ROLLBACK_STUCK', `${why}${list}`, { cause, hint });
}
