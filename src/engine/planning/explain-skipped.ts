// A step that is not carried out has no outputs; an error about a missing name says so, and what to do about it.

import { DrctlError } from '../contracts/errors.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import type { Selection } from '../contracts/selection.ts';
import { howToTakeIn } from './choice-words.ts';

export function explainSkipped(
  error: unknown,
  of: {
    readonly step: Step;
    readonly scope: Scope;
    readonly selection: Selection | undefined;
  },
): unknown {
  const { step, scope, selection } = of;
  if (!(error instanceof DrctlError) || error.code !== 'VALUE_UNRESOLVED') return error;
  const skipped = step.needs.filter((id) => scope.steps[id]?.outputs === null);
  const left = skipped.find((id) => selection?.leftOut[id] !== undefined);
  const place = error.at === undefined ? {} : { at: error.at };
  if (left !== undefined && selection !== undefined) {
    const because = selection.leftOut[left] ?? 'left out';
    return new DrctlError(
      'VALUE_UNRESOLVED',
      `${error.message}: it refers to "${left}", which is ${because}`,
      { cause: error.cause, hint: howToTakeIn(left, selection.choice), ...place },
    );
  }
  const [first] = skipped;
  if (first === undefined) return error;
  return new DrctlError('VALUE_UNRESOLVED', error.message, {
    cause: error.cause,
    hint: `Step "${first}" is skipped, so it has no outputs: give this step a "when" that tests steps['${first}'].outputs != null`,
    ...place,
  });
}
