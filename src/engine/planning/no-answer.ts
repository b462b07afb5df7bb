// What to say of a check or a step whose server does not answer: that nothing can be told, rather than that it fails, and
// which way leads on.

import type { Ports } from '../contracts/action.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { CheckResult } from '../contracts/plan.ts';
import type { Check, Scope } from '../contracts/runbook.ts';
import { targetsOf } from './step-targets.ts';
import { baseScope } from './scope.ts';
import type { Session } from './session.ts';

/** In place of an error that came of these targets not answering; with several it may be each of them. */
export function noAnswer<P extends Ports>(
  session: Session<P>,
  targets: readonly string[],
  error: ErrorRecord,
): ErrorRecord {
  const names = targets.map((name) => `"${name}"`).join(' or ');
  const check = error.hint ?? `Check that the server of target ${names} is up and can be reached`;
  const ways = targets
    .filter((name) => canGoOnWithout(session, name))
    .map(
      (name) => `; if target "${name}" is gone for good, go on without it: --unavailable ${name}`,
    );
  return {
    code: error.code,
    message: `cannot be told: the server of target ${names} does not answer (${error.message})`,
    hint: [check, ...ways].join(''),
    ...(error.causes === undefined ? {} : { causes: error.causes }),
  };
}

/** The check's own words would be wrong: they speak of what nobody has seen. */
export function checkWithoutAnswer({ id, severity }: CheckResult, error: ErrorRecord): CheckResult {
  return { id, severity, verdict: 'fails', message: error.message, error, unanswered: true };
}

/** For a check that is asked on its own, in the course of a run. */
export function tellIfAnswered<P extends Ports>(
  session: Session<P>,
  {
    check,
    scope,
    result,
  }: { readonly check: Check; readonly scope: Scope; readonly result: CheckResult },
): CheckResult {
  const action = session.registry.find(check.action);
  if (result.error?.code !== 'CLIENT_UNREACHABLE' || action === undefined) return result;
  const targets = targetsOf(action, check.with, scope);
  return checkWithoutAnswer(result, noAnswer(session, targets, result.error));
}

/** The runbook speaks of the loss of this target: it was written with that in mind. */
function canGoOnWithout<P extends Ports>(session: Session<P>, name: string): boolean {
  const { runbook, registry } = session;
  const scope = baseScope(session);
  const asks = (action: string, params: Parameters<typeof targetsOf>[1]): boolean => {
    const found = registry.find(action);
    return found !== undefined && targetsOf(found, params, scope).includes(name);
  };
  return (
    runbook.targets.get(name)?.confirmUnavailable !== undefined ||
    runbook.phases.some(
      ({ guards, steps }) =>
        guards.some((one) => one.whenUnavailable === 'approve' && asks(one.action, one.with)) ||
        steps.some((one) => one.whenUnavailable !== undefined && asks(one.action, one.with)),
    )
  );
}
