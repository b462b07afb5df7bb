// A target was given up, and guards would have asked it: nobody can tell any more, so a person must. Asked once in each
// session, before the first step of a phase that such a guard protects.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { renderKnown } from '../language/render-vars.ts';
import { askPerson } from './ask-person.ts';
import type { Execution } from './execution.ts';

/** Journals the confirmation, with the name. Without one the run waits; nothing of the phase was begun. */
export async function confirmUnavailable<P extends Ports>(
  run: Execution<P>,
  target: string,
): Promise<void> {
  const { runbook, runId } = run.session;
  const wanted = runbook.targets.get(target)?.confirmUnavailable;
  const message =
    wanted === undefined
      ? `Is "${target}" gone for good, and does nothing on it run any more?`
      : textOf(run, wanted.message);
  const typed = wanted === undefined ? target : wanted.typed;
  try {
    const approval = await askPerson(run, {
      subject: target,
      message,
      ...(typed === undefined ? {} : { typed: textOf(run, typed) }),
    });
    if (approval === undefined) return;
    await run.journal.append({ type: 'target.given-up', target, approval });
  } catch (error) {
    const isAnswer =
      error instanceof DrctlError && ['DECLINED', 'APPROVAL_NEEDED'].includes(error.code);
    if (!isAnswer) throw error;
    run.stopping.abort();
    run.endings.waiting ??= new DrctlError(
      error.code,
      error.code === 'DECLINED'
        ? `Nobody confirmed that "${target}" is gone: ${error.message}`
        : `The run waits for a person to confirm that "${target}" is gone: ${error.message}`,
      {
        cause: error,
        hint: `Make sure of it, then run "drctl resume ${runId} --approve ${target}" to go on`,
      },
    );
  }
}

/** The loader allows env and vars only, so the text is known. */
function textOf<P extends Ports>({ scope }: Execution<P>, template: string): string {
  const value = renderKnown(template, scope);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
