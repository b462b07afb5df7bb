// What to do now: a pure function of the graph, the journal's state and what is under way in this process. The whole
// policy of order, resume, stopping and undoing is here; performing the moves is elsewhere.

import type { Instance, RunOutcome, UndoScope } from '../contracts/journal-event.ts';
import { invariant } from '../contracts/invariant.ts';
import { deferredUndo } from './deferred-undo.ts';
import { nextCleanupMoves } from './next-cleanup-moves.ts';
import { nextRollbackMoves } from './next-rollback-moves.ts';
import { PhaseStanding } from './phase-standing.ts';
import type { RunGraph } from './run-graph.ts';
import { isInDoubt } from './run-state.ts';
import type { RunState } from './run-state.ts';
import { isDoubtful } from './step-progress.ts';
import type { StepInstanceProgress } from './step-progress.ts';

export type Move =
  | { readonly kind: 'approve-phase'; readonly phase: string }
  | { readonly kind: 'confirm-unavailable'; readonly target: string }
  | { readonly kind: 'expand'; readonly step: string }
  | {
      readonly kind: 'attempt';
      readonly step: string;
      readonly instance: string;
      readonly of: Instance | undefined;
    }
  /** Begun in an earlier session, its end unknown: ask the action's probe. */
  | {
      readonly kind: 'settle';
      readonly step: string;
      readonly instance: string;
      readonly of: Instance | undefined;
    }
  | { readonly kind: 'undo'; readonly instance: string; readonly scope: UndoScope }
  /** Remove what a cut-off attempt left behind. */
  | { readonly kind: 'tidy'; readonly instance: string }
  /** The rest ends the session; each comes alone, and only when nothing is under way. */
  | { readonly kind: 'begin-rollback'; readonly because: string }
  | { readonly kind: 'finish'; readonly outcome: RunOutcome }
  | { readonly kind: 'end-cleanup'; readonly outcome: 'clean' | 'stuck' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'interrupt' };

/** What the journal cannot know: this process. */
export interface Surroundings {
  readonly parallel: number;
  /** Keys of the moves that are under way. */
  readonly inFlight: ReadonlySet<string>;
  /**
   * `interrupt`: a person asked to stop. `wait`: a person must decide something before anything new begins. `time-up`: a
   * rollback has used up its time.
   */
  readonly stop: 'interrupt' | 'wait' | 'time-up' | undefined;
  /** Instances whose action was given up on while it may still be working. */
  readonly abandoned: ReadonlySet<string>;
}

/** Names a move for `inFlight`. */
export function moveKey(move: Move): string {
  switch (move.kind) {
    case 'approve-phase':
      return `phase:${move.phase}`;
    case 'confirm-unavailable':
      return `target:${move.target}`;
    case 'expand':
      return move.step;
    case 'attempt':
    case 'settle':
    case 'undo':
    case 'tidy':
      return move.instance;
    case 'begin-rollback':
    case 'finish':
    case 'end-cleanup':
    case 'wait':
    case 'interrupt':
      return move.kind;
    default:
      return move satisfies never;
  }
}

/** Where each phase stands, by its index. */
export type Standings = (index: number) => PhaseStanding;

/** `known`: what was looked at before and has been kept up with the journal since. */
export function standingsOf(
  graph: RunGraph,
  state: RunState,
  known: Map<number, PhaseStanding>,
): Standings {
  return (index) => {
    const standing = known.get(index) ?? new PhaseStanding(graph.phases[index]?.steps ?? [], state);
    known.set(index, standing);
    return standing;
  };
}

/** Never empty unless something is under way: then its end is what to wait for. */
export function nextMoves(
  graph: RunGraph,
  state: RunState,
  now: Surroundings,
  standingOf: Standings = standingsOf(graph, state, new Map()),
): readonly Move[] {
  if (state.status === 'rolling-back') return nextRollbackMoves(graph, state, now);
  if (state.status === 'cleaning-up') return nextCleanupMoves(graph, state, now);
  for (const index of graph.phases.keys()) {
    const moves = movesOfPhase({ graph, index, state, now, standing: standingOf(index) });
    if (moves !== undefined) return moves;
  }
  return [{ kind: 'finish', outcome: 'succeeded' }];
}

interface PhaseView {
  readonly graph: RunGraph;
  readonly index: number;
  readonly state: RunState;
  readonly now: Surroundings;
  readonly standing: PhaseStanding;
}

/** Undefined when the phase is complete. */
function movesOfPhase(view: PhaseView): readonly Move[] | undefined {
  const { state, now, standing } = view;
  const notable = standing.notable();
  const stop = stopReason(view, notable);
  const undo = deferredUndo(state, standing.deferred());
  if (stop === undefined && !standing.forwardDone) return forwardMoves(view, notable);
  if (now.inFlight.size > 0) return [];
  if (standing.forwardDone && undo.next === undefined && !undo.failed) return undefined;
  const doubtful =
    now.abandoned.size > 0 || notable.some((instance) => isDoubtful(instance, state));
  if (!doubtful && undo.next !== undefined) {
    return [{ kind: 'undo', instance: undo.next, scope: 'deferred' }];
  }
  return [ending({ stop, doubtful, undoFailed: undo.failed })];
}

type Stop = 'doubt' | 'rollback' | 'failed' | 'wait' | 'undo-failed' | 'interrupt';

/** Why nothing new begins, the weightiest reason first. What happened in an earlier session is no reason any more. */
function stopReason(
  { state, now }: PhaseView,
  notable: readonly StepInstanceProgress[],
): Stop | undefined {
  const recent = notable.filter((i) => i.state.session === state.session);
  // Not by status: a step that failed and was undone by its `deferUndo` has failed all the same.
  const failed = notable.filter(
    (i) => i.state.failedIn === state.session && i.of.step.onFailure !== 'continue',
  );
  if (now.abandoned.size > 0) return 'doubt';
  if (failed.some((i) => i.of.step.onFailure === 'rollback')) return 'rollback';
  if (failed.length > 0) return 'failed';
  if (recent.some((i) => i.state.status === 'unclear')) return 'doubt';
  if (now.stop === 'wait' || recent.some((i) => i.state.status === 'refused')) return 'wait';
  // A deferred undo that an earlier session had left open: the phase cannot go on over it.
  if (recent.some((i) => i.state.status === 'undo-failed')) return 'undo-failed';
  return now.stop === 'interrupt' ? now.stop : undefined;
}

function ending(why: {
  readonly stop: Stop | undefined;
  readonly doubtful: boolean;
  readonly undoFailed: boolean;
}): Move {
  if (why.stop === 'interrupt') return { kind: 'interrupt' };
  if (why.doubtful || why.stop === 'doubt') return { kind: 'wait' };
  if (why.stop === 'rollback') return { kind: 'begin-rollback', because: 'a step failed' };
  if (why.undoFailed) return { kind: 'finish', outcome: 'stuck' };
  if (why.stop === 'failed') return { kind: 'finish', outcome: 'failed' };
  return { kind: 'wait' };
}

function forwardMoves(
  { graph, index, state, now, standing }: PhaseView,
  notable: readonly StepInstanceProgress[],
): readonly Move[] {
  const found = graph.phases[index];
  invariant(found, `There is no phase ${index}`);
  const { phase, toConfirm, isIdle } = found;
  const room = Math.max(0, now.parallel - now.inFlight.size);
  const free = (moves: Iterable<Move>): readonly Move[] => firstFree(moves, now.inFlight, room);

  // What an earlier session left open comes first: nothing new is begun on ground that is not known.
  const open = leftOpen(state, notable);
  if (open.length > 0) return free(open);
  const unconfirmed = toConfirm.find((target) => !state.confirmedNow.has(target));
  if (unconfirmed !== undefined) {
    return free([{ kind: 'confirm-unavailable', target: unconfirmed }]);
  }
  if (phase.approval === 'required' && !isIdle && !state.approvedNow.has(phase.id)) {
    return free([{ kind: 'approve-phase', phase: phase.id }]);
  }
  const moves = free(dueMoves(standing));
  invariant(
    moves.length > 0 || now.inFlight.size > 0 || room === 0,
    `Phase ${phase.id} is not complete, yet nothing can be done`,
  );
  return moves;
}

function* dueMoves(standing: PhaseStanding): Generator<Move> {
  for (const { step } of standing.unexpanded()) yield { kind: 'expand', step: step.id };
  for (const instance of standing.due()) yield attemptOf(instance);
}

/** So many of those that are not under way. Asks for no more of them: there may be thousands. */
function firstFree(
  moves: Iterable<Move>,
  inFlight: ReadonlySet<string>,
  room: number,
): readonly Move[] {
  const first: Move[] = [];
  if (room === 0) return first;
  for (const move of moves) {
    if (inFlight.has(moveKey(move))) continue;
    first.push(move);
    if (first.length >= room) break;
  }
  return first;
}

/** A forEach step whose expansion failed or was refused before is expanded, not attempted. */
function attemptOf({ id, of, instance }: StepInstanceProgress): Move {
  return of.step.forEach !== undefined && instance === undefined
    ? { kind: 'expand', step: of.step.id }
    : { kind: 'attempt', step: of.step.id, instance: id, of: instance };
}

/** In doubt or unclear: settle. A deferred undo that was cut off or failed: finish it, then the step is due again. */
function leftOpen(state: RunState, notable: readonly StepInstanceProgress[]): readonly Move[] {
  return notable.flatMap((instance): readonly Move[] => {
    const { status, session } = instance.state;
    // Also while it is under way: what comes next waits for its end.
    const undo: Move = { kind: 'undo', instance: instance.id, scope: 'deferred' };
    if (status === 'undoing') return [undo];
    if (session === state.session) return [];
    if (status === 'undo-failed') return [undo];
    if (instance.of.effect === 'read') return [];
    return status === 'unclear' || isInDoubt(state, instance.state)
      ? [
          {
            kind: 'settle',
            step: instance.of.step.id,
            instance: instance.id,
            of: instance.instance,
          },
        ]
      : [];
  });
}
