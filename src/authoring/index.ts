// For those who write runbooks: what a runbook looks like, and what differs between two. Pure; the door of this folder.

export { runbookDocument } from './doc/runbook-document.ts';
export { dot } from './graph/dot.ts';
export { mermaid } from './graph/mermaid.ts';
export type { StepGraph } from './graph/step-graph.ts';
export { stepGraph } from './graph/step-graph.ts';
export { svg, svgPart } from './graph/svg.ts';
export type { Difference, FieldDifference } from './diff/diff-runbooks.ts';
export { diffRunbooks } from './diff/diff-runbooks.ts';
export { lint } from './lint/lint.ts';
