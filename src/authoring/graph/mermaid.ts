// A step graph as a Mermaid flowchart, which Git hosts draw in Markdown. https://mermaid.js.org/syntax/flowchart.html

import { phaseText, stepText } from './notes.ts';
import type { StepGraph } from './step-graph.ts';

/** Ends with a line break. */
export function mermaid(graph: StepGraph): string {
  const lines = ['flowchart TD'];
  for (const [number, phase] of graph.phases.entries()) {
    lines.push(`  subgraph ${phaseId(number)}["${quoted(phaseText(phase))}"]`);
    // An empty subgraph would be drawn as a node.
    for (const step of phase.steps) {
      const label = `${quoted(step.title)}<br/>${quoted(stepText(step))}`;
      lines.push(`    ${stepId(step.id)}["${label}"]:::${step.effect}`);
    }
    for (const { from, to } of phase.edges) lines.push(`    ${stepId(from)} --> ${stepId(to)}`);
    lines.push('  end');
    if (number > 0) lines.push(`  ${phaseId(number - 1)} --> ${phaseId(number)}`);
  }
  lines.push(
    '  classDef read fill:#eef2f7,stroke:#5b6b7f,color:#1c2733',
    '  classDef change fill:#fff3d6,stroke:#a86f00,color:#3d2900',
    '  classDef destroy fill:#fde2e1,stroke:#b3261e,color:#410e0b',
  );
  return `${lines.join('\n')}\n`;
}

const phaseId = (number: number): string => `phase${number}`;

/** Words of Mermaid ("end") and dots would be misread, so ids are made of what cannot be. */
function stepId(id: string): string {
  return `s_${id.replaceAll(/[^A-Za-z0-9]/g, (sign) => `_${sign.codePointAt(0)?.toString(16)}_`)}`;
}

/** Mermaid's own entity codes: what it, or HTML, would read as syntax. */
function quoted(text: string): string {
  return text.replaceAll(/[#"<>&`\n\\]/g, (sign) => `#${sign.codePointAt(0)};`);
}
