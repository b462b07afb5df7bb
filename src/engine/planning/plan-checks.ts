// Preconditions and guards in a plan. A precondition that fails refuses the run; a guard only says how things stand
// now, because it is asked again right before every step of its phase.

import PQueue from 'p-queue';
import type { Ports } from '../contracts/action.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { CheckResult } from '../contracts/plan.ts';
import type { Check, Scope } from '../contracts/runbook.ts';
import { evaluateCheck } from './evaluate-check.ts';
import { checkWithoutAnswer, noAnswer } from './no-answer.ts';
import { isConfigurationError } from './planning-failure.ts';
import type { Session } from './session.ts';
import { targetsOf } from './step-targets.ts';
import type { UnreachableTargets } from './unreachable-targets.ts';

export interface PlanChecksInput<P extends Ports> {
  readonly session: Session<P>;
  readonly checks: readonly Check[];
  readonly scope: Scope;
  readonly unreachable: UnreachableTargets;
}

/** A precondition refuses the run unless it is only a warning. */
export async function evaluatePreconditions<P extends Ports>(
  input: PlanChecksInput<P>,
): Promise<readonly CheckResult[]> {
  return evaluateChecks(input, ({ severity }) => severity === 'error');
}

/** In the order given; at most `session.parallel` at once. Rejects only with the signal's reason and with bugs. */
async function evaluateChecks<P extends Ports>(
  input: PlanChecksInput<P>,
  refuses: (check: Check) => boolean,
): Promise<readonly CheckResult[]> {
  const { session, checks, scope, unreachable } = input;
  const queue = new PQueue({ concurrency: session.parallel });
  const targetsOfCheck = (check: Check): readonly string[] => {
    const action = session.registry.find(check.action);
    return action === undefined ? [] : targetsOf(action, check.with, scope);
  };
  const evaluate = async (check: Check): Promise<CheckResult> => {
    const targets = targetsOfCheck(check);
    const known = unreachable.errorOf(targets);
    if (known !== undefined) return failedCheck(check, known);
    const result = await evaluateCheck({ session, check, scope, signal: session.signal });
    if (result.error !== undefined) unreachable.learn(targets, result.error);
    return result;
  };
  const asked = new Map<string, Promise<CheckResult>>();
  for (const check of checks) {
    const inTurn = async (): Promise<CheckResult> => {
      const cause = await causeOf(check, asked);
      return cause === undefined ? queue.add(() => evaluate(check)) : notLookedAt(check, cause);
    };
    asked.set(check.id, inTurn());
  }
  const results = await Promise.all(asked.values());
  return results.map((result, index) => {
    const check = checks[index];
    if (result.error === undefined || check === undefined) return result;
    const targets = targetsOfCheck(check);
    // Only what refuses the run may stand for what comes after it.
    const repeats = refuses(check) ? unreachable.repeats(targets, result.error) : undefined;
    if (repeats !== undefined) {
      return { id: check.id, severity: check.severity, verdict: 'skipped', message: repeats };
    }
    const silent = unreachable.silentOf(targets, result.error);
    if (silent.length === 0) return result;
    return checkWithoutAnswer(result, noAnswer(session, silent, result.error));
  });
}

/** The check that does not hold and without which this one says nothing, itself or through others. */
async function causeOf(
  { needs }: Check,
  asked: ReadonlyMap<string, Promise<CheckResult>>,
): Promise<string | undefined> {
  const needed = await Promise.all(needs.flatMap((id) => asked.get(id) ?? []));
  for (const { id, verdict, restsOn } of needed) {
    if (verdict === 'fails') return id;
    if (restsOn !== undefined) return restsOn;
  }
  return undefined;
}

function notLookedAt({ id, severity }: Check, cause: string): CheckResult {
  const message = `not looked at: ${cause} does not hold`;
  return { id, severity, verdict: 'skipped', message, restsOn: cause };
}

/** While planning, a guard that waits is only glanced at: it says how things stand now. */
const guardGlanceMs = 5_000;

/** Guards as a plan shows them. One that can never hold keeps its message: it has to be put right. */
export async function evaluateGuards<P extends Ports>(
  input: PlanChecksInput<P>,
): Promise<readonly CheckResult[]> {
  const checks = input.checks.map((check) => ({
    ...check,
    timeoutMs: Math.min(check.timeoutMs, guardGlanceMs),
  }));
  const results = await evaluateChecks({ ...input, checks }, () => false);
  return results.map((result) =>
    result.verdict === 'fails' && !isBroken(result)
      ? {
          ...result,
          message: `${result.unanswered === true ? '' : 'not yet: '}${result.message ?? 'it does not hold'} (evaluated again right before each step)`,
        }
      : result,
  );
}

/** The check cannot hold in any world: its parameters or expressions are wrong. */
export function isBroken(result: CheckResult): boolean {
  return result.error !== undefined && isConfigurationError(result.error);
}

function failedCheck({ id, severity }: Check, error: ErrorRecord): CheckResult {
  return { id, severity, verdict: 'fails', message: error.message, error };
}
