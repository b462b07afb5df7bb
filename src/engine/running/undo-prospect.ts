// What can still be undone, and how: the reversibility ledger and the preview of a rollback. Pure.

import type { Action, Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook } from '../contracts/runbook.ts';
import { heldDown } from './deferred-undo.ts';
import { toBeUndone } from './next-rollback-moves.ts';
import type { GraphStep, RunGraph } from './run-graph.ts';
import type { InstanceState, RunState } from './run-state.ts';

export interface UndoProspect {
  readonly instance: string;
  readonly title: string;
  /**
   * `undo`: the action puts back what it recorded. `explicit`: the runbook's own steps. `nothing`: a read, or it changed
   * nothing. `impossible`: it changed something that cannot be put back.
   */
  readonly how: 'undo' | 'explicit' | 'nothing' | 'impossible';
  /** Why nothing is, or can be, undone. */
  readonly because?: string;
  /** Its phase is a point of no return, or comes after one. */
  readonly afterNoReturn: boolean;
  /** The run holds something down with it at this moment, which comes back however the run ends. */
  readonly heldDown: boolean;
}

/** In the order in which a rollback would undo them. `to`: only what was begun after this step. */
export function undoProspects<P extends Ports>(
  options: {
    readonly runbook: Runbook;
    readonly registry: Registry<P>;
    readonly graph: RunGraph;
    readonly state: RunState;
  },
  to?: string,
): readonly UndoProspect[] {
  const { runbook, registry, graph, state } = options;
  const guarded = new Set(afterNoReturn(graph));
  const held = new Set(heldDown(graph, state).map(({ id }) => id));
  return toBeUndone(state, to).flatMap((instance): readonly UndoProspect[] => {
    const of = graph.steps.get(instance.step);
    if (of === undefined) return [];
    const base = {
      instance: instance.id,
      title: of.step.title,
      afterNoReturn: guarded.has(of.step.id),
      heldDown: held.has(instance.id),
    };
    const action = registry.get(of.step.action);
    const { undo } = action;
    const explicit = runbook.rollback.get(of.step.id);
    if (explicit !== undefined) {
      if (explicit.length === 0)
        return [{ ...base, how: 'nothing', because: 'the runbook says so' }];
    }
    if (recordedNothing(action, instance)) {
      return [{ ...base, how: 'nothing', because: 'it changed nothing' }];
    }
    if (explicit !== undefined) return [{ ...base, how: 'explicit' }];
    if (undo.possible) return [{ ...base, how: 'undo' }];
    const how = changedSomething(of, instance) ? 'impossible' : 'nothing';
    return [{ ...base, how, because: undo.because }];
  });
}

/** The action records before it changes anything, and has not: there is nothing of this run to undo. */
export function recordedNothing<P extends Ports>(
  action: Action<P>,
  instance: InstanceState | undefined,
): boolean {
  return action.undo.possible && (instance?.undoEntries.size ?? 0) === 0;
}

/** As far as can be told: a change whose plan said "none" and that recorded nothing has changed nothing. */
export function changedSomething(of: GraphStep, instance: InstanceState | undefined): boolean {
  if (of.effect === 'read' || instance === undefined || !instance.begun) return false;
  return instance.undoEntries.size > 0 || instance.changes.some(({ kind }) => kind !== 'none');
}

/**
 * The phase that may not be rolled back: the first point of no return in or after which something but a read has begun
 * and would be undone. Undefined when there is none.
 */
export function pointOfNoReturn(graph: RunGraph, state: RunState, to?: string): string | undefined {
  const begun = new Set(toBeUndone(state, to).map(({ step }) => step));
  const passed = afterNoReturn(graph).some(
    (id) => graph.steps.get(id)?.effect !== 'read' && begun.has(id),
  );
  return passed ? graph.phases.find(({ phase }) => phase.pointOfNoReturn)?.phase.id : undefined;
}

/** Ids of the steps in the first point of no return and after it. */
function afterNoReturn(graph: RunGraph): readonly string[] {
  const first = graph.phases.findIndex(({ phase }) => phase.pointOfNoReturn);
  if (first === -1) return [];
  return graph.phases.slice(first).flatMap(({ steps }) => steps.map(({ step }) => step.id));
}
