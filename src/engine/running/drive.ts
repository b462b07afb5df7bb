// The loop: ask what to do, begin it, wait for something to end, ask again. The same for a first run, a resumed one and
// a rollback. It decides nothing itself and is over when the one move left is an ending.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import { listSome } from '../contracts/words.ts';
import { endRun } from './end-run.ts';
import type { Execution } from './execution.ts';
import { moveKey } from './next-moves.ts';
import type { Surroundings } from './next-moves.ts';
import { isWork, performMove } from './perform-move.ts';
import type { WorkMove } from './perform-move.ts';
import { startBudget } from './rollback-budget.ts';
import type { RunResult } from './run-session.ts';
import { createSchedule } from './schedule.ts';

/** Moves that may end one after the other without leaving an event, before that is taken for a mistake of ours. */
const idleMovesMax = 1_000;
const questionPrefixes = [
  moveKey({ kind: 'approve-phase', phase: '' }),
  moveKey({ kind: 'confirm-unavailable', target: '' }),
];

/** `rollbackTimeoutMs`: the time that a rollback may take in this session. Throws what the journal's store throws. */
export async function drive<P extends Ports>(
  run: Execution<P>,
  rollbackTimeoutMs: number,
): Promise<RunResult> {
  const { session, journal } = run;
  const inFlight = new Map<string, Promise<void>>();
  const stopBudget = new AbortController();
  const done = new AbortController();
  const interrupted = wakeOn(session.interrupt, done.signal, () =>
    announceInterrupt(run, [...inFlight.keys()]),
  );
  const halted = wakeOn(run.halt, done.signal, () => undefined);
  const schedule = createSchedule(run.graph, journal.state);
  journal.onTaken((record) => schedule.note(record));
  let bug: { readonly error: unknown } | undefined;
  let idleMoves = 0;

  function begin(move: WorkMove): void {
    const key = moveKey(move);
    const { seq } = journal.state;
    const performed = performMove(run, move).catch((error: unknown) => {
      if (journal.broken.aborted) return;
      bug ??= { error };
      run.crash.abort(error);
    });
    inFlight.set(
      key,
      performed.finally(() => {
        inFlight.delete(key);
        idleMoves = journal.state.seq === seq ? idleMoves + 1 : 0;
      }),
    );
  }

  try {
    for (;;) {
      if (run.halt.aborted) {
        // Every move ends within its grace period once it is told to, so this wait is bounded.
        await Promise.all(inFlight.values());
        if (bug !== undefined) throw bug.error;
        return await endRun(run, { kind: 'interrupt' });
      }
      invariant(idleMoves < idleMovesMax, 'Moves are made that change nothing');
      const moves = schedule.next(surroundingsOf(run, inFlight));
      const ending = moves.find((move) => !isWork(move));
      if (ending !== undefined && !isWork(ending)) {
        const result = await endRun(run, ending);
        if (result !== undefined) return result;
        continue;
      }
      if (journal.state.status === 'rolling-back') startBudget(run, rollbackTimeoutMs, stopBudget);
      for (const move of moves) if (isWork(move)) begin(move);
      invariant(inFlight.size > 0, 'Nothing is under way and there is nothing to do');
      const wakers = [halted, ...(session.interrupt.aborted ? [] : [interrupted])];
      await Promise.race([...inFlight.values(), ...wakers]);
    }
  } finally {
    stopBudget.abort();
    done.abort();
  }
}

function surroundingsOf<P extends Ports>(
  { session, journal, endings, budget, abandoned }: Execution<P>,
  inFlight: ReadonlyMap<string, unknown>,
): Surroundings {
  // What a step waited for before the rollback began is of no concern to it.
  const isRollback = journal.state.status === 'rolling-back';
  const isHeld = isRollback
    ? endings.declined !== undefined
    : endings.waiting !== undefined || endings.bug !== undefined;
  const isTimeUp = isRollback && budget.signal.aborted;
  const interrupted = session.interrupt.aborted ? 'interrupt' : undefined;
  const stop = isTimeUp ? 'time-up' : isHeld ? 'wait' : interrupted;
  return { parallel: session.parallel, inFlight: new Set(inFlight.keys()), stop, abandoned };
}

async function wakeOn(signal: AbortSignal, done: AbortSignal, wake: () => void): Promise<void> {
  if (signal.aborted) return undefined;
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        wake();
        resolve();
      },
      { once: true, signal: done },
    );
  });
}

function announceInterrupt<P extends Ports>(
  { session }: Execution<P>,
  underWay: readonly string[],
): void {
  // A question to a person ends with the interrupt itself; with nothing else under way there is nothing to wait for.
  const awaited = underWay.filter(
    (key) => !questionPrefixes.some((prefix) => key.startsWith(prefix)),
  );
  if (underWay.length > 0 && awaited.length === 0) return;
  const waitsFor = awaited.length === 0 ? '' : `; waiting for ${listSome(awaited)} to end`;
  session.emit({
    type: 'notice',
    severity: 'warning',
    message: `Interrupted: nothing new is begun${waitsFor}. Press Ctrl-C again to abort now`,
  });
}
