// The step that `rollback --to` names, looked at before anything is shown or asked.

import { DrctlError, closest, stepOfInstance } from '../engine/index.ts';
import type { RunState, Runbook } from '../engine/index.ts';
import { wrapped } from './views/table.ts';

const MAX_COLUMNS = 100;

/**
 * USAGE for a step that the runbook has not, or that has not begun. The id of a step with forEach is the whole step.
 * `columns`: how wide the lines of the hint may be.
 */
export function checkRollbackTo(
  to: string | undefined,
  {
    runbook,
    state,
    columns,
  }: { readonly runbook: Runbook; readonly state: RunState; readonly columns: number },
): void {
  if (to === undefined) return;
  const names = [...new Set(state.startOrder.flatMap((id) => [stepOfInstance(id), id]))];
  if (names.includes(to)) return;
  const all = runbook.phases.flatMap((phase) => phase.steps.map(({ id }) => id));
  const isKnown = all.includes(stepOfInstance(to));
  const near = isKnown ? undefined : closest(to, names);
  const width = Math.min(columns, MAX_COLUMNS);
  throw new DrctlError(
    'USAGE',
    isKnown
      ? `--to ${to}: step "${to}" has not begun in this run`
      : `--to ${to}: the runbook has no step "${to}"`,
    {
      hint: [
        ...(near === undefined ? [] : [`Did you mean "${near}"?`]),
        ...(names.length === 0
          ? ['No step of this run has begun: there is nothing to undo']
          : wrapped(`Steps that have begun: ${names.join(', ')}`, width)),
      ].join('\n'),
    },
  );
}
