// A positioned problem: file:line:column, the offending line with a caret below it, and what to do.

import type { Problem } from '../../engine/index.ts';
import type { Style } from '../style.ts';

const MAX_SNIPPET = 160;

export function problemLines(problem: Problem, style: Style): readonly string[] {
  const paint = problem.severity === 'error' ? style.bad : style.warn;
  const { at, snippet } = problem;
  const lines = [
    at === undefined
      ? `${paint(problem.severity)}: ${problem.message}`
      : `${style.bold(`${at.file}:${at.line}:${at.column}`)} ${paint(problem.severity)}: ${problem.message}`,
  ];
  if (at !== undefined && snippet !== undefined) {
    const number = String(at.line).padStart(5);
    const blank = ' '.repeat(number.length);
    const indent = snippet.slice(0, at.column - 1).replaceAll(/[^\t]/g, ' ');
    const width = Math.max(1, Math.min(at.length, snippet.length - at.column + 1));
    lines.push(style.dim(`${number} | `) + snippet.slice(0, MAX_SNIPPET));
    if (at.column <= MAX_SNIPPET) {
      lines.push(
        style.dim(`${blank} | `) + indent + paint('^'.repeat(Math.min(width, MAX_SNIPPET))),
      );
    }
  }
  if (problem.hint !== undefined) lines.push(`      ${style.accent(problem.hint)}`);
  return lines;
}
