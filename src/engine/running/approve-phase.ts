// `approval: required`: a person says yes before the first step of the phase begins, after all before it has ended.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { askPerson } from './ask-person.ts';
import type { Execution } from './execution.ts';

/** Journals the approval. Without one the run waits; nothing of the phase was begun. */
export async function approvePhase<P extends Ports>(
  run: Execution<P>,
  phase: { readonly id: string; readonly title: string; readonly pointOfNoReturn: boolean },
): Promise<void> {
  const warning = phase.pointOfNoReturn
    ? ' Nothing in or after it is rolled back without --force.'
    : '';
  try {
    const approval = await askPerson(run, {
      subject: phase.id,
      message: `Begin phase "${phase.title}"?${warning}`,
    });
    if (approval === undefined) return;
    await run.journal.append({ type: 'phase.approved', phase: phase.id, approval });
  } catch (error) {
    const isAnswer =
      error instanceof DrctlError && ['DECLINED', 'APPROVAL_NEEDED'].includes(error.code);
    if (!isAnswer) throw error;
    run.stopping.abort();
    run.endings.waiting ??= new DrctlError(
      error.code,
      error.code === 'DECLINED'
        ? `Phase "${phase.id}" was not approved: ${error.message}`
        : `Phase "${phase.id}" waits for approval: ${error.message}`,
      {
        cause: error,
        hint: `Nothing of it was begun. Run "drctl resume ${run.session.runId} --approve ${phase.id}" to go on`,
      },
    );
  }
}
