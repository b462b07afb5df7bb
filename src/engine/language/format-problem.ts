// A problem as people read it: place, severity, what is wrong, the line with carets under the place, what to do.

import type { Problem } from '../contracts/problem.ts';

const maxLine = 120;

/** Several lines without a final line end; no colours. */
export function formatProblem(problem: Problem): string {
  const { at, severity, message, snippet, hint } = problem;
  const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
  const lines = [`${place}${severity}: ${message}`];
  if (at !== undefined && snippet !== undefined && snippet.trim() !== '') {
    const gutter = String(at.line).padStart(5);
    // A long line is cut to a window that holds the place.
    const from = at.column > maxLine ? at.column - Math.floor(maxLine / 2) : 0;
    const shown = snippet.slice(from, from + maxLine).replaceAll('\t', ' ');
    const column = Math.max(0, at.column - 1 - from);
    const carets = '^'.repeat(Math.max(1, Math.min(at.length, shown.length - column)));
    lines.push(`${gutter} | ${shown}`, `${' '.repeat(5)} | ${' '.repeat(column)}${carets}`);
  }
  if (hint !== undefined) lines.push(`      = ${hint}`);
  return lines.join('\n');
}
