// Performs one move of those that work on a step or a phase. Rejects only when the journal cannot be written or with a
// bug; every other outcome is an event.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import { approvePhase } from './approve-phase.ts';
import { confirmUnavailable } from './confirm-unavailable.ts';
import type { Execution } from './execution.ts';
import { expandGraphStep } from './expand-step.ts';
import type { Move } from './next-moves.ts';
import { runAttempt } from './run-attempt.ts';
import type { GraphStep, RunGraph } from './run-graph.ts';
import { settleDoubt } from './settle-doubt.ts';
import { tidyInstance } from './tidy-instance.ts';
import { undoInstance } from './undo-instance.ts';

export type WorkMove = Extract<
  Move,
  {
    readonly kind:
      'approve-phase' | 'confirm-unavailable' | 'expand' | 'attempt' | 'settle' | 'undo' | 'tidy';
  }
>;
export type EndingMove = Exclude<Move, WorkMove>;

export function isWork(move: Move): move is WorkMove {
  switch (move.kind) {
    case 'approve-phase':
    case 'confirm-unavailable':
    case 'expand':
    case 'attempt':
    case 'settle':
    case 'undo':
    case 'tidy':
      return true;
    case 'begin-rollback':
    case 'finish':
    case 'end-cleanup':
    case 'wait':
    case 'interrupt':
      return false;
    default:
      return move satisfies never;
  }
}

export async function performMove<P extends Ports>(
  run: Execution<P>,
  move: WorkMove,
): Promise<void> {
  switch (move.kind) {
    case 'approve-phase': {
      const phase = run.graph.phases.find((each) => each.phase.id === move.phase)?.phase;
      invariant(phase, `There is no phase ${move.phase}`);
      return approvePhase(run, phase);
    }
    case 'confirm-unavailable':
      return confirmUnavailable(run, move.target);
    case 'expand':
      return expandGraphStep(run, stepOf(run.graph, move.step));
    case 'attempt':
      return runAttempt(run, requestOf(run.graph, move));
    case 'settle':
      return settleDoubt(run, requestOf(run.graph, move));
    case 'undo':
      return undoInstance(run, { id: move.instance, scope: move.scope });
    case 'tidy':
      return tidyInstance(run, move.instance);
    default:
      return move satisfies never;
  }
}

function requestOf(graph: RunGraph, move: Extract<WorkMove, { kind: 'attempt' | 'settle' }>) {
  return { id: move.instance, of: stepOf(graph, move.step), instance: move.of };
}

function stepOf(graph: RunGraph, id: string): GraphStep {
  const step = graph.steps.get(id);
  invariant(step, `There is no step ${id}`);
  return step;
}
