// The runbook as the executor sees it: phases in order, and for each step all that must have ended before it.
// Static: nothing here knows of a run.

import { invariant } from '../contracts/invariant.ts';
import type { Action, Effect, Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Phase, Runbook, Step } from '../contracts/runbook.ts';
import { stepReferences } from '../language/references.ts';
import { transitiveNeeds } from '../planning/graph.ts';
import { markedStrings } from '../planning/schema-marks.ts';

export interface GraphStep {
  readonly step: Step;
  readonly effect: Effect;
  readonly perishable: boolean;
  /** The steps whose outputs it really refers to; `needs` also has those that it only waits for. */
  readonly references: ReadonlySet<string>;
  /**
   * Everything that must have ended, also through others: after a deferred undo a step in the middle may be due again
   * while the ones after it have long succeeded.
   */
  readonly after: ReadonlySet<string>;
}

export interface RunGraph {
  readonly phases: readonly { readonly phase: Phase; readonly steps: readonly GraphStep[] }[];
  readonly steps: ReadonlyMap<string, GraphStep>;
}

/** The loader has made sure that there are no cycles and no unknown names. */
export function buildRunGraph<P extends Ports>(runbook: Runbook, registry: Registry<P>): RunGraph {
  const written = new Map(runbook.phases.flatMap(({ steps }) => steps).map((s) => [s.id, s]));
  const needs = new Map([...written].map(([id, step]) => [id, [...step.needs]]));
  for (const phase of runbook.phases) addGuardNeeds(phase, registry, needs);

  const needsOf = (id: string): readonly string[] => needs.get(id) ?? [];
  const steps = new Map<string, GraphStep>();
  for (const [id, step] of written) {
    const action = registry.get(step.action);
    steps.set(id, {
      step,
      effect: action.effect,
      perishable: action.perishable ?? false,
      references: referencesOf(action, step),
      after: transitiveNeeds(id, needsOf),
    });
  }
  const find = ({ id }: Step): GraphStep => {
    const found = steps.get(id);
    invariant(found, `Step ${id} is not in the graph`);
    return found;
  };
  return {
    phases: runbook.phases.map((phase) => ({ phase, steps: phase.steps.map(find) })),
    steps,
  };
}

/** Ids of the steps that a step's parameters and conditions refer to. */
export function referencesOf<P extends Ports>(action: Action<P>, step: Step): ReadonlySet<string> {
  const inParams = markedStrings(action.params, step.with, (mark) => mark === 'cel');
  const expressions = [...inParams, step.when, step.forEach, step.key];
  return new Set([
    ...stepReferences(step.with, 'template'),
    ...expressions.flatMap((cel) => (cel === undefined ? [] : stepReferences(cel, 'cel'))),
  ]);
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
