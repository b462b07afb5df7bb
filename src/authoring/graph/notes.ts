// The words in a drawing beside titles, the same in every format.

import type { PhaseNode, StepNode } from './step-graph.ts';

/** What a drawing says of a phase beside its title: "(a person is asked) (point of no return)". */
export function phaseText(phase: PhaseNode): string {
  const notes = [
    ...(phase.asks ? ['a person is asked'] : []),
    ...(phase.pointOfNoReturn ? ['point of no return'] : []),
  ];
  return [phase.title, ...notes.map((note) => `(${note})`)].join(' ');
}

/** The second line of a step: "k8s.patch, may be skipped". */
export function stepText(step: StepNode): string {
  const notes = [...(step.forEach ? ['for each'] : []), ...(step.when ? ['may be skipped'] : [])];
  return [step.action, ...notes].join(', ');
}
