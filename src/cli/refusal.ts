// Why a plan cannot be applied, as an error.

import { DrctlError, summarizePlan } from '../engine/index.ts';
import type { CheckResult, Plan } from '../engine/index.ts';

/** What stands in the way, as one error: the first that the plan met decides the code. */
export function refusal(plan: Plan): DrctlError {
  const failing = plan.preconditions.filter(
    (check) => check.verdict === 'fails' && check.severity === 'error',
  );
  const { errors } = summarizePlan(plan);
  const reasons = [
    ...failing.map((check) => `${check.id}: ${reasonOf(check)}`),
    ...errors.map(({ instance, error }) => `${instance}: ${error.message}`),
  ];
  const first = failing.find((check) => check.error !== undefined)?.error ?? errors[0]?.error;
  const code =
    first === undefined || first.code === 'BUG' || first.code === 'ASSERTION_FAILED'
      ? 'PRECONDITION_FAILED'
      : first.code;
  const hint = first?.hint ?? 'Put right what fails, and plan again';
  return new DrctlError(code, `Nothing was begun: ${reasons.join('; ')}`, { hint });
}

/** The runbook's own words; and what went wrong, unless it is just that the check does not hold. */
function reasonOf({ message, error }: CheckResult): string {
  if (error === undefined) return message ?? 'does not hold';
  if (message === undefined || message === error.message) return error.message;
  return error.code === 'ASSERTION_FAILED' ? message : `${message} (${error.message})`;
}
