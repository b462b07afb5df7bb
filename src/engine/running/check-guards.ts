// Guards: evaluated right before every attempt of every step of their phase that is not a mere read. A guard that does
// not hold, or cannot be told, refuses the step before anything was done.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { CheckResult } from '../contracts/plan.ts';
import type { Check } from '../contracts/runbook.ts';
import { evaluateCheck } from '../planning/evaluate-check.ts';
import { tellIfAnswered } from '../planning/no-answer.ts';
import type { Execution } from './execution.ts';
import { retryDelayMs } from './retry.ts';
import type { GraphStep } from './run-graph.ts';
import { scopeFor } from './step-scope.ts';

/** These say nothing about the guard, only about the way to its answer. */
const transient: ReadonlySet<string> = new Set([
  'CLIENT_UNREACHABLE',
  'CLIENT_THROTTLED',
  'CLIENT_EXPIRED',
]);

export async function refusedByGuard<P extends Ports>(
  run: Execution<P>,
  of: GraphStep,
  signal: AbortSignal,
): Promise<DrctlError | undefined> {
  const phase = run.graph.phases.find(({ phase: { id } }) => id === of.step.phase)?.phase;
  // Side by side, so that none is older than need be when the step begins; they are judged in their order.
  const results = await allOf(phase?.guards ?? [], async (guard) =>
    evaluateGuard(run, { guard, of, signal }),
  );
  for (const [guard, result] of results) {
    const why = refusal(run, guard, result);
    if (why === undefined) continue;
    if (guard.severity === 'warning') {
      run.session.emit({
        type: 'notice',
        severity: 'warning',
        message: `Guard "${guard.id}" of "${of.step.id}": ${why}`,
      });
      continue;
    }
    const [said, todo] = result.unanswered
      ? [why, result.error?.hint ?? 'Put right what is in the way']
      : [`does not hold: ${why}`, 'Put right what the guard found'];
    return new DrctlError('GUARD_REFUSED', `Guard "${guard.id}" ${said}`, {
      step: of.step.id,
      hint: [
        ...(result.remedy === undefined ? [] : [result.remedy]),
        `The step was not begun. ${todo}, then run "drctl resume ${run.session.runId}"`,
      ].join('\n'),
    });
  }
  return undefined;
}

/** Throws only once all have ended. */
async function allOf<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly (readonly [T, R])[]> {
  const settled = await Promise.allSettled(
    items.map(async (item) => [item, await work(item)] as const),
  );
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function evaluateGuard<P extends Ports>(
  run: Execution<P>,
  {
    guard,
    of,
    signal,
  }: { readonly guard: Check; readonly of: GraphStep; readonly signal: AbortSignal },
): Promise<CheckResult> {
  const { session } = run;
  const { retry } = of.step;
  for (let attempts = 1; ; attempts += 1) {
    const scope = await scopeFor(run, { references: guard.references, signal });
    const result = await evaluateCheck({ session, check: guard, scope, signal });
    const isTransient = result.error !== undefined && transient.has(result.error.code);
    if (!isTransient || attempts >= retry.attempts) {
      return tellIfAnswered(session, { check: guard, scope, result });
    }
    const failed = { attempts, retryAfterMs: undefined };
    await session.system.sleep(retryDelayMs(retry, failed, session.system.random()), signal);
  }
}

/**
 * A guard that nobody can look at does not hold. Only its own `when` may leave it out, or a person, where it says so
 * itself, who knows that what it would have asked is gone.
 */
function refusal<P extends Ports>(
  { journal }: Execution<P>,
  guard: Check,
  { verdict, message, error, unavailable }: CheckResult,
): string | undefined {
  if (unavailable !== undefined) {
    const isConfirmed = journal.state.confirmedNow.has(unavailable);
    return guard.whenUnavailable === 'approve' && isConfirmed
      ? undefined
      : `target "${unavailable}" is unavailable, so nobody can tell`;
  }
  if (verdict === 'holds' || verdict === 'skipped') return undefined;
  const reason = error === undefined || error.message === message ? '' : ` (${error.message})`;
  return `${message ?? verdict}${reason}`;
}
