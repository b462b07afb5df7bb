// Gives a run up for now: what it holds down comes back, what cut-off attempts left behind goes, the rest stays as it is.
// Journaled and resumable like everything else; afterwards the run can be resumed, which holds down again what it needs,
// or rolled back.

import type { Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook } from '../contracts/runbook.ts';
import { heldDown } from './deferred-undo.ts';
import { drive } from './drive.ts';
import { toBeTidied } from './next-cleanup-moves.ts';
import { withRun } from './open-run.ts';
import type { OpenRunOptions } from './open-run.ts';
import { defaultRollbackTimeoutMs } from './rollback-budget.ts';
import { buildRunGraph } from './run-graph.ts';
import type { RunGraph } from './run-graph.ts';
import type { RunResult, RunSession } from './run-session.ts';
import { isOver } from './run-state.ts';
import type { RunState } from './run-state.ts';

export interface CleanupPreview {
  /** Instance ids of what comes back, in that order. */
  readonly comesBack: readonly string[];
  /** Instance ids of attempts whose leftovers are removed. */
  readonly tidied: readonly string[];
  /** Instance ids of which nobody knows whether they took effect; they stay so. */
  readonly inDoubt: readonly string[];
  /** There is something to do, if only to record that the run was given up. */
  readonly isDue: boolean;
}

/** What `cleanupRun` would do. Pure. */
export function previewCleanup<P extends Ports>(options: {
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  readonly state: RunState;
}): CleanupPreview {
  const graph = buildRunGraph(options.runbook, options.registry);
  return { ...previewOf(graph, options.state), isDue: isCleanupDue(graph, options.state) };
}

function previewOf(graph: RunGraph, state: RunState): Omit<CleanupPreview, 'isDue'> {
  if (isOver(state) || state.status === 'new') return { comesBack: [], tidied: [], inDoubt: [] };
  const inDoubt = [...state.instances.values()].filter(
    ({ status, step }) =>
      (status === 'running' || status === 'unclear') && graph.steps.get(step)?.effect !== 'read',
  );
  return {
    comesBack: ids(heldDown(graph, state).toReversed()),
    tidied: ids(toBeTidied(graph, state)),
    inDoubt: ids(inDoubt),
  };
}

function isCleanupDue(graph: RunGraph, state: RunState): boolean {
  if (isOver(state) || state.status === 'new') return false;
  const { comesBack, tidied } = previewOf(graph, state);
  const isDone = state.cleanedUp !== undefined && state.status !== 'cleaning-up';
  return comesBack.length + tidied.length > 0 || !isDone;
}

function ids(instances: readonly { readonly id: string }[]): readonly string[] {
  return instances.map(({ id }) => id);
}

/**
 * Nothing is journaled for a run that is over or was cleaned up and holds nothing down. What could not be put back leaves the run stuck (ROLLBACK_STUCK).
 * Throws what `withRun` throws.
 */
export async function cleanupRun<P extends Ports>(
  session: RunSession<P>,
  options: OpenRunOptions,
): Promise<RunResult> {
  return withRun(session, options, async (run) => {
    const { graph, journal } = run;
    const { moved = [] } = options;
    if (!isCleanupDue(graph, journal.state)) return { outcome: 'cleaned-up', state: journal.state };
    await journal.append({
      type: 'cleanup.started',
      by: session.by,
      ...(moved.length > 0 && { moved }),
    });
    return drive(run, defaultRollbackTimeoutMs);
  });
}
