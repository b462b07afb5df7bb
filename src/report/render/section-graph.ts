// The graph of the steps, each with where it stands.

import { svgPart } from '../../authoring/index.ts';
import type { StepGraph } from '../../authoring/index.ts';
import type { RunReport } from '../model.ts';
import { markup, trusted } from './markup.ts';
import type { Markup } from './markup.ts';
import { standings } from './words.ts';

/** A drawing of more steps helps nobody, and laying it out takes long. */
const MAX_STEPS = 400;

export function graphSection(report: RunReport): Markup {
  const steps = report.graph.phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  if (steps > MAX_STEPS) return markup`<p>Not drawn: the runbook has ${steps} steps.</p>`;
  const drawn = trusted(svgPart(standingGraph(report)));
  return markup`<details>
    <summary>Draw the ${steps} steps: what waits for what, and where each stands</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="The drawing, to be scrolled">${drawn}</div>
  </details>`;
}

/** What a drawing says below a step's title is where it stands; its look is that too. */
export function standingGraph({ graph, phases }: RunReport): StepGraph {
  const standing = new Map(
    phases.flatMap(({ steps }) => steps.map((step) => [step.id, step.standing])),
  );
  return {
    ...graph,
    phases: graph.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) => {
        const stands = standing.get(step.id) ?? 'not-begun';
        const { sign, word } = standings[stands];
        return {
          ...step,
          when: false,
          action: `${sign} ${word}, ${step.action}`,
          look: `st-${stands}`,
        };
      }),
    })),
  };
}
