// Why a plan cannot be applied, as an error.

import { DrctlError, errorCatalogue, listSome, summarizePlan } from '../engine/index.ts';
import type { CheckResult, ErrorCode, ErrorRecord, Plan } from '../engine/index.ts';
import { impactText } from './views/impact.ts';

/**
 * What stands in the way, as one error: the first that the plan met decides the code. A precondition that does not hold
 * comes before one that nobody could look at.
 */
export function refusal(plan: Plan): DrctlError {
  const failing = failingPreconditions(plan);
  const { errors } = summarizePlan(plan);
  const reasons = [
    ...failing.map((check) => `${check.id}: ${reasonOf(check)}`),
    ...errors.map(({ instance, error }) => `${instance}: ${toldWithCode(error)}`),
    ...(plan.impact ?? []).filter(({ refuses }) => refuses).map(impactText),
  ];
  const answered = failing.filter(({ unanswered }) => unanswered !== true);
  const first =
    answered.length > 0
      ? answered.find(({ error }) => error !== undefined)?.error
      : (failing[0]?.error ?? errors[0]?.error);
  const code =
    first === undefined || first.code === 'ASSERTION_FAILED' || !isOfPlan(first.code)
      ? 'PRECONDITION_FAILED'
      : first.code;
  const hints = failing.length === 0 ? [first?.hint ?? putRight] : hintsOf(failing);
  return new DrctlError(code, `Nothing was begun: ${listSome(reasons, '; ')}`, {
    hint: hints.join('\n'),
  });
}

/** Invalid input or a refusal. No step has failed: what a server answered to a look refuses the run like all else. */
function isOfPlan(code: ErrorRecord['code']): code is ErrorCode {
  return code !== 'BUG' && [2, 3].includes(errorCatalogue[code].exitCode);
}

/** With the code where that is not the error's own, so that it can be looked up. */
function toldWithCode({ code, message }: ErrorRecord): string {
  return isOfPlan(code) ? message : `${message} (${code})`;
}

/** Those for which the run is refused. */
export function failingPreconditions(plan: Plan): readonly CheckResult[] {
  return plan.preconditions.filter(
    ({ verdict, severity }) => verdict === 'fails' && severity === 'error',
  );
}

const putRight = 'Put right what fails, and plan again';

/** What to do about each, on a line of its own. */
function hintsOf(failing: readonly CheckResult[]): readonly string[] {
  const hints = failing.flatMap(({ id, remedy, error }) => {
    const hint = remedy ?? error?.hint;
    if (hint === undefined) return [];
    return [failing.length === 1 ? hint : `${id}: ${hint}`];
  });
  return hints.length < failing.length ? [putRight, ...hints] : hints;
}

/** The runbook's own words; and what went wrong, unless it is just that the check does not hold. */
function reasonOf({ message, error }: CheckResult): string {
  if (error === undefined) return message ?? 'does not hold';
  if (message === undefined || message === error.message) return toldWithCode(error);
  return error.code === 'ASSERTION_FAILED' ? message : `${message} (${toldWithCode(error)})`;
}
