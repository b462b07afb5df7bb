// What a person can type next about a run that nobody works on.

import { isOver } from '../../engine/index.ts';
import { runbookWords } from '../command-words.ts';
import { approveCommands } from './approvals.ts';
import type { StatusView } from './status.ts';

/** None while somebody works on it, and for a run that needs nobody any more. */
export function nextCommands(
  view: StatusView,
  phaseToApprove: string | undefined,
): readonly string[] {
  const { header, state, summary, holder } = view;
  const { runId } = header;
  if (holder !== undefined) return [];
  if (isOver(state)) return state.outcome === 'succeeded' ? afterPart(view) : [];
  const unclear = summary.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => step.instances)
    .filter(
      ({ status }) => status === 'unclear' || status === 'refused' || status === 'undo-failed',
    );
  const goesBack = state.rollback !== undefined && state.outcome !== 'rolled-back';
  const answers = goesBack
    ? []
    : [...view.toConfirm, ...(phaseToApprove === undefined ? [] : [phaseToApprove])];
  const resume = [
    `drctl resume ${runId}`,
    ...answers.map((subject) => `--approve ${subject}`),
    // Its locks were given back: whoever goes on says that nobody else has worked there.
    ...(state.cleanedUp === undefined ? [] : ['--takeover']),
    ...(goesBack ? ['    go on undoing'] : []),
  ];
  const held = view.undo.some(({ heldDown }) => heldDown);
  return [
    ...approveCommands(view.approvals, runId),
    ...unclear.map(({ id }) => `drctl retry|skip|mark-done ${runId} ${id} --reason TEXT`),
    resume.join(' '),
    `drctl rollback ${runId} --preview`,
    ...(held ? [`drctl cleanup ${runId} --preview`] : []),
  ];
}

/** It did what was asked for, which was not all: what it changed stands as it left it. */
function afterPart({ header, rest, undo }: StatusView): readonly string[] {
  if (rest === undefined) return [];
  const { next, until, because } = rest;
  const words = runbookWords(header.plan.runbook.path, header);
  const part = `--from ${next}${until === undefined ? '' : ` --until ${until}`}`;
  const canGoOn = because === undefined || until !== undefined;
  return [
    ...(canGoOn ? [`drctl plan ${words} ${part}     what comes after it, as another run`] : []),
    ...(undo.some(({ how }) => how !== 'nothing')
      ? [`drctl rollback ${header.runId} --preview     back to how it was`]
      : []),
  ];
}
