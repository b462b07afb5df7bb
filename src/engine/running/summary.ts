// A run at a glance, for `status`, `watch` and reports: where each step stands, and what can still be undone. Pure.

import type { Ports } from '../contracts/action.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook } from '../contracts/runbook.ts';
import type { Plan } from '../contracts/plan.ts';
import { buildRunGraph } from './run-graph.ts';
import type { InstanceState, InstanceStatus, RunState } from './run-state.ts';
import { instancesOf, isForwardDone } from './step-progress.ts';
import type { StepInstanceProgress } from './step-progress.ts';
import { halfWay, pointOfNoReturn, undoProspects } from './undo-prospect.ts';
import type { HalfWay, UndoProspect } from './undo-prospect.ts';

export interface InstanceSummary {
  readonly id: string;
  readonly status: InstanceStatus;
  readonly attempts: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Why it failed or was refused. */
  readonly error?: ErrorRecord;
  /** Why it was skipped, is unclear, or cannot be undone. */
  readonly because?: string;
}

export interface StepSummary {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly deferUndo: boolean;
  /** Why it is not of the part of the runbook that was asked for. */
  readonly leftOut?: string;
  /** Empty while a forEach step is not expanded, and when its list was empty. */
  readonly instances: readonly InstanceSummary[];
  readonly expanded: boolean;
}

export interface PhaseSummary {
  readonly id: string;
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  /** Every step has ended; deferred undos may still be due. */
  readonly done: boolean;
  readonly approvedBy?: string;
  readonly steps: readonly StepSummary[];
}

export interface RunSummary {
  readonly phases: readonly PhaseSummary[];
  /** The reversibility ledger: in the order in which a rollback would undo it. */
  readonly undo: readonly UndoProspect[];
  /** The phase beyond which rollback needs force; absent while there is none. */
  readonly pointOfNoReturn?: string;
}

export function summarizeRun<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  state: RunState,
  { selection, unavailable }: Pick<Plan, 'selection' | 'unavailable'>,
): RunSummary {
  const graph = buildRunGraph(runbook, registry);
  const passed = pointOfNoReturn(graph, state);
  return {
    phases: graph.phases.map(({ phase, steps }, index): PhaseSummary => {
      const approval = state.approvals.get(phase.id);
      return {
        id: phase.id,
        title: phase.title,
        pointOfNoReturn: phase.pointOfNoReturn,
        done: isForwardDone(graph, index, state),
        ...(approval === undefined
          ? {}
          : { approvedBy: [...approval.people, approval.by].join(', ') }),
        steps: steps.map((of) => {
          const instances = instancesOf(of, state);
          return summarizeStep(of.step, instances, selection?.leftOut[of.step.id]);
        }),
      };
    }),
    undo: undoProspects({
      runbook,
      registry,
      graph,
      state,
      unavailable: givenUpIn(unavailable, state),
    }),
    ...(passed === undefined ? {} : { pointOfNoReturn: passed }),
  };
}

export interface RollbackPreview {
  readonly undo: readonly UndoProspect[];
  readonly pointOfNoReturn?: string;
  /** Set when it leaves what the run did on targets that were given up. */
  readonly halfWay?: HalfWay;
}

/** What `rollback --preview` shows. `unavailable`: all that is given up. `to`: only what was begun after this step. */
export function previewRollback<P extends Ports>(
  options: {
    readonly runbook: Runbook;
    readonly registry: Registry<P>;
    readonly state: RunState;
    readonly unavailable: readonly string[];
  },
  to?: string,
): RollbackPreview {
  const { runbook, registry, state, unavailable } = options;
  const graph = buildRunGraph(runbook, registry);
  const passed = pointOfNoReturn(graph, state, to);
  const undo = undoProspects({ runbook, registry, graph, state, unavailable }, to);
  const half = halfWay(undo);
  return {
    undo,
    ...(passed === undefined ? {} : { pointOfNoReturn: passed }),
    ...(half === undefined ? {} : { halfWay: half }),
  };
}

/** Since the run's beginning, and in the course of it. */
export function givenUpIn(
  sinceBeginning: readonly string[],
  { unavailable }: Pick<RunState, 'unavailable'>,
): readonly string[] {
  return [...new Set([...sinceBeginning, ...unavailable])];
}

function summarizeStep(
  step: Pick<StepSummary, 'id' | 'title' | 'action' | 'deferUndo'>,
  instances: readonly StepInstanceProgress[] | undefined,
  leftOut: string | undefined,
): StepSummary {
  return {
    id: step.id,
    title: step.title,
    action: step.action,
    deferUndo: step.deferUndo,
    ...(leftOut === undefined ? {} : { leftOut }),
    expanded: instances !== undefined,
    instances: (instances ?? []).map(({ state }) => summarizeInstance(state)),
  };
}

function summarizeInstance(state: InstanceState): InstanceSummary {
  const { id, status, attempt, startedAt, endedAt, error, because } = state;
  return {
    id,
    status,
    attempts: attempt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(error === undefined ? {} : { error }),
    ...(because === undefined ? {} : { because }),
  };
}
