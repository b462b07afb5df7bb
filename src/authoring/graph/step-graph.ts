// Runbook → what a drawing of it shows: phases in order, their steps, and who waits for whom.

import { transitiveNeeds } from '../../engine/index.ts';
import type { Ports, Registry, Runbook, Step } from '../../engine/index.ts';

export type Effect = 'read' | 'change' | 'destroy';

export interface StepNode {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly effect: Effect;
  /** It may be left out, or be carried out once for each item of a list. */
  readonly when: boolean;
  readonly forEach: boolean;
  /** How a drawing of a run shows it, a class of the page that it is part of; absent: by its effect. */
  readonly look?: string;
}

export interface PhaseNode {
  readonly id: string;
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  /** A person is asked before it begins. */
  readonly asks: boolean;
  readonly steps: readonly StepNode[];
  /** Within the phase: phases follow each other anyway. What follows from others is left out. */
  readonly edges: readonly Edge[];
}

/** `to` begins when `from` has ended. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface StepGraph {
  readonly name: string;
  readonly version: string;
  readonly phases: readonly PhaseNode[];
}

export function stepGraph<P extends Ports>(runbook: Runbook, registry: Registry<P>): StepGraph {
  const effectOf = (step: Step): Effect => registry.get(step.action).effect;
  return {
    name: runbook.name,
    version: runbook.version,
    phases: runbook.phases.map((phase) => ({
      id: phase.id,
      title: phase.title,
      pointOfNoReturn: phase.pointOfNoReturn,
      asks: phase.approval === 'required' || phase.confirm !== undefined,
      steps: phase.steps.map((step) => ({
        id: step.id,
        title: step.title,
        action: step.action,
        effect: effectOf(step),
        when: step.when !== undefined,
        forEach: step.forEach !== undefined,
      })),
      edges: edgesWithin(phase.steps),
    })),
  };
}

/** A need that another need brings along already would only be one more line. */
function edgesWithin(steps: readonly Step[]): readonly Edge[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const needs = (id: string): readonly string[] =>
    (byId.get(id)?.needs ?? []).filter((need) => byId.has(need));
  return steps.flatMap(({ id }) => {
    const direct = needs(id);
    const implied = new Set(direct.flatMap((need) => [...transitiveNeeds(need, needs)]));
    return direct.filter((need) => !implied.has(need)).map((need) => ({ from: need, to: id }));
  });
}
