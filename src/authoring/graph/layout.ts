// Where everything in a drawing stands, in CSS pixels: each phase is laid out by itself, and they stand one below the other.

import { Graph, layout } from '@dagrejs/dagre';
import { phaseText, stepText } from './notes.ts';
import type { Effect, PhaseNode, StepGraph, StepNode } from './step-graph.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `x` and `y` are the upper left corner. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface StepBox extends Box {
  readonly title: string;
  readonly text: string;
  readonly effect: Effect;
  readonly look?: string;
}

export interface PhaseBox extends Box {
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  readonly steps: readonly StepBox[];
  readonly lines: readonly (readonly Point[])[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly phases: readonly PhaseBox[];
}

/** Of a sans-serif letter at 13 px; wide enough that no text leaves its box. */
const LETTER = 7.4;
const STEP_HEIGHT = 46;
const PADDING = 16;
const HEADING = 34;
const GAP = 40;

export function drawing(graph: StepGraph): Drawing {
  const phases = graph.phases.map(layPhase);
  const width = Math.max(...phases.map((phase) => phase.width), 0) + 2 * PADDING;
  let y = PADDING;
  const placed = phases.map((phase) => {
    const moved = move(phase, { x: (width - phase.width) / 2, y });
    y += phase.height + GAP;
    return moved;
  });
  return { width, height: Math.max(y - GAP, 0) + PADDING, phases: placed };
}

/** With its upper left corner at the origin. */
function layPhase(phase: PhaseNode): PhaseBox {
  const laid = new Graph<object, { width: number; height: number; x?: number; y?: number }>();
  laid.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 34 });
  for (const step of phase.steps) {
    laid.setNode(step.id, { width: widthOf(step), height: STEP_HEIGHT });
  }
  for (const { from, to } of phase.edges) laid.setEdge(from, to, {});
  layout(laid);
  const size = laid.graph() as { width?: number; height?: number };
  const inner = { width: finite(size.width), height: finite(size.height) };
  const title = phaseText(phase);
  const width = Math.max(inner.width, textWidth(title) * 1.15) + 2 * PADDING;
  const offset = { x: (width - inner.width) / 2, y: HEADING };
  return {
    x: 0,
    y: 0,
    width,
    height: inner.height + HEADING + PADDING,
    title,
    pointOfNoReturn: phase.pointOfNoReturn,
    steps: phase.steps.map((step) => {
      const { x = 0, y = 0, width: wide, height } = laid.node(step.id);
      const corner = { x: x - wide / 2 + offset.x, y: y - height / 2 + offset.y };
      const { title: name, effect, look } = step;
      const box = { ...corner, width: wide, height, title: name, text: stepText(step), effect };
      return look === undefined ? box : { ...box, look };
    }),
    lines: phase.edges.map(({ from, to }) => {
      const { points = [] } = laid.edge(from, to) as { points?: readonly Point[] };
      return points.map((point) => shift(point, offset));
    }),
  };
}

function move(phase: PhaseBox, by: Point): PhaseBox {
  return {
    ...shift(phase, by),
    steps: phase.steps.map((step) => shift(step, by)),
    lines: phase.lines.map((line) => line.map((point) => shift(point, by))),
  };
}

const shift = <T extends Point>(one: T, by: Point): T => ({
  ...one,
  x: one.x + by.x,
  y: one.y + by.y,
});

const textWidth = (text: string): number => text.length * LETTER;
const widthOf = (step: StepNode): number =>
  Math.max(textWidth(step.title), textWidth(stepText(step))) + 2 * PADDING;

/** An empty graph has no size. */
const finite = (size: number | undefined): number =>
  size !== undefined && Number.isFinite(size) ? size : 0;
