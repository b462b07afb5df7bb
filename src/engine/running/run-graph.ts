// The runbook as the executor sees it: phases in order, and for each step all that must have ended before it.
// Static: of a run nothing is known here but which targets were given up and which steps are left out.

import { invariant } from '../contracts/invariant.ts';
import type { Effect, Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Check, Phase, Runbook, Scope, Step } from '../contracts/runbook.ts';
import type { Selection } from '../contracts/selection.ts';
import { transitiveNeeds } from '../planning/graph.ts';
import { isLeftOutPhase } from '../planning/left-out.ts';
import { referencesOf } from '../planning/step-references.ts';
import { targetsOf } from '../planning/step-targets.ts';

export interface GraphStep {
  readonly step: Step;
  readonly effect: Effect;
  readonly perishable: boolean;
  /** An attempt that is cut off can leave something behind: see `tidy` of its action. */
  readonly leavesBehind: boolean;
  /** The steps whose outputs it really refers to; `needs` also has those that it only waits for. */
  readonly references: ReadonlySet<string>;
  /**
   * What it waits for directly, what its guards refer to included. What those wait for must have ended too: after a
   * deferred undo a step in the middle may be due again while the ones after it have long succeeded.
   */
  readonly needs: readonly string[];
}

export interface RunGraph {
  readonly phases: readonly {
    readonly phase: Phase;
    readonly steps: readonly GraphStep[];
    /** Targets that were given up and that its guards ask: a person must have confirmed that they are gone. */
    readonly toConfirm: readonly string[];
    /** Nothing of it is carried out that asks anybody: its target was given up, or it is left out. */
    readonly isIdle: boolean;
  }[];
  readonly steps: ReadonlyMap<string, GraphStep>;
}

export interface NotCarriedOut {
  readonly unavailable: readonly string[];
  readonly selection: Selection | undefined;
  /** env, vars and run. */
  readonly scope: Scope;
}

/** The loader has made sure that there are no cycles and no unknown names. Without `not` all of it is carried out. */
export function buildRunGraph<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  not?: NotCarriedOut,
): RunGraph {
  const written = new Map(runbook.phases.flatMap(({ steps }) => steps).map((s) => [s.id, s]));
  const needs = new Map([...written].map(([id, step]) => [id, [...step.needs]]));
  for (const phase of runbook.phases) addGuardNeeds(phase, registry, needs);

  const steps = new Map<string, GraphStep>();
  for (const [id, step] of written) {
    const action = registry.get(step.action);
    steps.set(id, {
      step,
      effect: action.effect,
      perishable: action.perishable ?? false,
      leavesBehind: action.tidy !== undefined,
      references: referencesOf(action, step),
      needs: needs.get(id) ?? [],
    });
  }
  const find = ({ id }: Step): GraphStep => {
    const found = steps.get(id);
    invariant(found, `Step ${id} is not in the graph`);
    return found;
  };
  const goneOf = (use: Pick<Step | Check, 'action' | 'with'>): readonly string[] =>
    not === undefined
      ? []
      : targetsOf(registry.get(use.action), use.with, not.scope).filter((target) =>
          not.unavailable.includes(target),
        );
  const isLeftOut = (phase: Phase): boolean => isLeftOutPhase(phase, registry, not?.selection);
  // Past the point of no return, leaving steps out because a target is gone is as final as carrying them out.
  const toConfirmIn = (phase: Phase): readonly string[] => [
    ...phase.guards.filter(({ whenUnavailable }) => whenUnavailable === 'approve').flatMap(goneOf),
    ...(phase.pointOfNoReturn ? phase.steps.flatMap(goneOf) : []).filter(
      (target) => runbook.targets.get(target)?.confirmUnavailable !== undefined,
    ),
  ];
  const isIdle = (phase: Phase): boolean =>
    isLeftOut(phase) ||
    phase.steps.every(
      (step) => not?.selection?.leftOut[step.id] !== undefined || goneOf(step).length > 0,
    );
  return {
    phases: runbook.phases.map((phase) => ({
      phase,
      steps: phase.steps.map(find),
      toConfirm: isLeftOut(phase) ? [] : [...new Set(toConfirmIn(phase))],
      isIdle: isIdle(phase),
    })),
    steps,
  };
}

/**
 * A guard that refers to a step's outputs can only be told once that step has ended, so the guarded steps of the phase
 * wait for it, except where it waits for them.
 */
function addGuardNeeds<P extends Ports>(
  phase: Phase,
  registry: Registry<P>,
  needs: Map<string, string[]>,
): void {
  const references = phase.guards.flatMap((guard) => guard.references);
  for (const step of phase.steps) {
    if (registry.get(step.action).effect === 'read') continue;
    for (const reference of references) {
      const circular =
        reference === step.id ||
        transitiveNeeds(reference, (id) => needs.get(id) ?? []).has(step.id);
      if (!circular) needs.get(step.id)?.push(reference);
    }
  }
}
