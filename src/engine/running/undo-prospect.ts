// What can still be undone, and how: the reversibility ledger and the preview of a rollback. Pure.

import type { Action, Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook } from '../contracts/runbook.ts';
import { whyUnavailable } from '../planning/plan-step-instance.ts';
import { targetsOf } from '../planning/step-targets.ts';
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
  /** The target that was given up, where that is why it cannot be put back. */
  readonly givenUp?: string;
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
    /** Targets that are given up: nothing is put back there. */
    readonly unavailable: readonly string[];
  },
  to?: string,
): readonly UndoProspect[] {
  const { runbook, registry, graph, state, unavailable } = options;
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
    const how = changedSomething(of, instance) ? 'impossible' : 'nothing';
    if (!undo.possible) return [{ ...base, how, because: undo.because }];
    const givenUp = givenUpTarget(action, { of, instance, unavailable });
    if (givenUp === undefined) return [{ ...base, how: 'undo' }];
    return [{ ...base, how, because: whyUnavailable(action, givenUp, of.step), givenUp }];
  });
}

/** What was begun there has its target's name in the parameters that it was begun with. */
function givenUpTarget<P extends Ports>(
  action: Action<P>,
  {
    of,
    instance,
    unavailable,
  }: {
    readonly of: GraphStep;
    readonly instance: InstanceState;
    readonly unavailable: readonly string[];
  },
): string | undefined {
  const asBegun = instance.params ?? of.step.with;
  const names = targetsOf(action, asBegun, { env: {}, vars: {}, run: {}, steps: {} });
  return names.find((name) => unavailable.includes(name));
}

/** A rollback that can go only half of the way. */
export interface HalfWay {
  /** Targets that were given up. */
  readonly targets: readonly string[];
  /** Instances whose changes there stay. */
  readonly kept: readonly string[];
  /** Instances that are undone elsewhere all the same. */
  readonly undone: readonly string[];
}

/**
 * Undefined for a rollback that puts back everything that can be, or nothing. Half of it may be worse than none: what
 * was moved is taken away from where it is now, and does not come back to where it was.
 */
export function halfWay(prospects: readonly UndoProspect[]): HalfWay | undefined {
  const stranded = prospects.filter(({ givenUp }) => givenUp !== undefined);
  const kept = stranded.filter(({ how }) => how === 'impossible').map(({ instance }) => instance);
  const undone = prospects
    .filter(({ how }) => how === 'undo' || how === 'explicit')
    .map(({ instance }) => instance);
  if (kept.length === 0 || undone.length === 0) return undefined;
  return { targets: [...new Set(stranded.flatMap(({ givenUp = [] }) => givenUp))], kept, undone };
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
