// The list for a person when a rollback is stuck. Commands stand alone on their lines, so that they can be copied.

import { counted } from '../../engine/index.ts';
import type { StuckStep } from '../stuck.ts';
import type { Style } from '../style.ts';
import { errorText } from './event-text.ts';
import { wrapped } from './table.ts';

const maxObjects = 5;

export function stuckLines(
  steps: readonly StuckStep[],
  view: { readonly runId: string; readonly style: Style; readonly columns: number },
): readonly string[] {
  if (steps.length === 0) return [];
  const { runId, style, columns } = view;
  const lines = ['', style.bold('Not undone, for a person to look at')];
  for (const step of steps) {
    const why = step.error === undefined ? style.dim('waits for the one above') : '';
    lines.push(
      ...wrapped(
        `  ${step.error === undefined ? '·' : style.bad('✗')} ${step.instance} ${why}`.trimEnd(),
        columns,
      ),
    );
    if (step.error !== undefined) lines.push(...wrapped(`      ${errorText(step.error)}`, columns));
    for (const { object, was, copy, byHand } of step.before.slice(0, maxObjects)) {
      lines.push(...wrapped(`      ${object}${was === undefined ? '' : `: was ${was}`}`, columns));
      if (copy !== undefined) lines.push(style.dim(`        as it was: artifact ${copy}`));
      if (byHand !== undefined) lines.push(`        ${style.accent(byHand)}`);
    }
    const more = step.before.length - maxObjects;
    if (more > 0) lines.push(style.dim(`      and ${counted(more, 'more object')}`));
    if (step.steps !== undefined) {
      lines.push(...wrapped(`      by the runbook's own steps ${step.steps.join(', ')}`, columns));
    }
    if (step.error === undefined) continue;
    lines.push(`      put back by hand: drctl mark-done ${runId} ${step.instance} --reason TEXT`);
    lines.push(`      left as it is:    drctl skip ${runId} ${step.instance} --reason TEXT`);
  }
  lines.push(
    ...wrapped(
      `  Then, or once the cause is mended, "drctl rollback ${runId}" goes on with the rest`,
      columns,
    ),
  );
  return lines;
}
