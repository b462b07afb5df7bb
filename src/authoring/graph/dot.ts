// A step graph in Graphviz's language. https://graphviz.org/doc/info/lang.html

import { phaseText, stepText } from './notes.ts';
import type { Effect, PhaseNode, StepGraph } from './step-graph.ts';

const FILL: Readonly<Record<Effect, string>> = {
  read: '#eef2f7',
  change: '#fff3d6',
  destroy: '#fde2e1',
};

/** Ends with a line break. */
export function dot(graph: StepGraph): string {
  const lines = [
    `digraph ${quoted(graph.name)} {`,
    '  compound=true; rankdir=TB; fontname="Helvetica";',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica"];',
  ];
  for (const [number, phase] of graph.phases.entries()) {
    lines.push(`  subgraph cluster_${number} {`, `    label=${quoted(phaseText(phase))};`);
    for (const step of phase.steps) {
      const label = quoted(`${step.title}\n${stepText(step)}`);
      lines.push(`    ${quoted(step.id)} [label=${label}, fillcolor="${FILL[step.effect]}"];`);
    }
    for (const { from, to } of phase.edges) lines.push(`    ${quoted(from)} -> ${quoted(to)};`);
    lines.push('  }');
  }
  const filled = graph.phases.map((phase, number) => ({ phase, number })).filter(isFilled);
  for (const [position, { phase, number }] of filled.entries()) {
    const before = filled[position - 1];
    if (before === undefined) continue;
    lines.push(
      `  ${quoted(last(before.phase))} -> ${quoted(first(phase))} [ltail=cluster_${before.number}, lhead=cluster_${number}];`,
    );
  }
  return `${lines.join('\n')}\n}\n`;
}

const isFilled = ({ phase }: { phase: PhaseNode }): boolean => phase.steps.length > 0;
const first = (phase: PhaseNode): string => phase.steps[0]?.id ?? '';
const last = (phase: PhaseNode): string => phase.steps.at(-1)?.id ?? '';

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
