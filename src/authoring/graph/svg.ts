// A step graph as one SVG file that needs nothing else: it follows the reader's light or dark setting, and says as text
// what it shows.

import { drawing } from './layout.ts';
import type { PhaseBox, Point, StepBox } from './layout.ts';
import type { StepGraph } from './step-graph.ts';

const STYLE = `
  svg { font: 13px Helvetica, Arial, sans-serif; background: #fff; color: #1c2733 }
  text { fill: currentColor }
  .title { font-weight: bold }
  .small { font-size: 11px; opacity: .75 }
  .phase { fill: none; stroke: #9aa7b5; stroke-dasharray: 4 3 }
  .final { stroke: #b3261e; stroke-width: 2; stroke-dasharray: none }
  .line { fill: none; stroke: #5b6b7f; stroke-width: 1.2 }
  .read { fill: #eef2f7; stroke: #5b6b7f }
  .change { fill: #fff3d6; stroke: #a86f00 }
  .destroy { fill: #fde2e1; stroke: #b3261e }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181d; color: #e6ebf0 }
    .read { fill: #222b35 } .change { fill: #3d2f0c } .destroy { fill: #47171a }
    .line { stroke: #9aa7b5 }
  }
`;

/** Ends with a line break. */
export function svg(graph: StepGraph): string {
  return drawn(graph, `<style>${STYLE}</style>`);
}

/** As a part of a page, whose own style sheet has the looks of its steps, phases and lines. */
export function svgPart(graph: StepGraph): string {
  return drawn(graph, '');
}

function drawn(graph: StepGraph, style: string): string {
  const { width, height, phases } = drawing(graph);
  const size = `${whole(width)} ${whole(height)}`;
  const title = `Steps of ${graph.name} ${graph.version}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole(width)}" height="${whole(height)}" viewBox="0 0 ${size}" role="img" aria-labelledby="steps-drawn">`,
    `<title id="steps-drawn">${escaped(title)}</title>`,
    style,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b6b7f"/></marker></defs>',
    ...phases.flatMap((phase, number) => [
      ...phaseLines(phase),
      ...(number === 0 ? [] : [between(phases[number - 1], phase)]),
    ]),
    '</svg>',
    '',
  ].join('\n');
}

function phaseLines(phase: PhaseBox): readonly string[] {
  const box = phase.pointOfNoReturn ? 'phase final' : 'phase';
  return [
    `<rect class="${box}" ${corners(phase)} rx="10"/>`,
    `<text class="title" x="${whole(phase.x + 16)}" y="${whole(phase.y + 22)}">${escaped(phase.title)}</text>`,
    ...phase.lines.map((points) => line(points)),
    ...phase.steps.map(stepLine),
  ];
}

function stepLine(step: StepBox): string {
  const middle = whole(step.x + step.width / 2);
  const text = (y: number, kind: string, words: string): string =>
    `<text${kind} x="${middle}" y="${whole(step.y + y)}" text-anchor="middle">${escaped(words)}</text>`;
  return [
    `<g><rect class="${escaped(step.look ?? step.effect)}" ${corners(step)} rx="6"/>`,
    text(20, '', step.title),
    `${text(36, ' class="small"', step.text)}</g>`,
  ].join('');
}

/** Phases follow each other: from the foot of one to the head of the next. */
function between(above: PhaseBox | undefined, below: PhaseBox): string {
  if (above === undefined) return '';
  return line([
    { x: above.x + above.width / 2, y: above.y + above.height },
    { x: below.x + below.width / 2, y: below.y },
  ]);
}

function line(points: readonly Point[]): string {
  const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${whole(x)} ${whole(y)}`);
  return `<path class="line" d="${path.join('')}" marker-end="url(#tip)"/>`;
}

const corners = ({ x, y, width, height }: Point & { width: number; height: number }): string =>
  `x="${whole(x)}" y="${whole(y)}" width="${whole(width)}" height="${whole(height)}"`;

const whole = (size: number): number => Math.round(size);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
