// Guards: evaluated right before every attempt of every step of their phase that is not a mere read. A guard that does
// not hold, or cannot be told, refuses the step before anything was done.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { CheckResult } from '../contracts/plan.ts';
import type { Check } from '../contracts/runbook.ts';
import { evaluateCheck } from '../planning/evaluate-check.ts';
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
  const phase = run.graph.phases.find((each) => each.steps.includes(of))?.phase;
  for (const guard of phase?.guards ?? []) {
    const result = await evaluateGuard(run, { guard, of, signal });
    const why = refusal(result);
    if (why === undefined) continue;
    if (guard.severity === 'warning') {
      run.session.emit({
        type: 'notice',
        severity: 'warning',
        message: `Guard "${guard.id}" of "${of.step.id}": ${why}`,
      });
      continue;
    }
    return new DrctlError('GUARD_REFUSED', `Guard "${guard.id}" does not hold: ${why}`, {
      step: of.step.id,
      hint: `The step was not begun. Put right what the guard found, then run "drctl resume ${run.session.runId}"`,
    });
  }
  return undefined;
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
    if (!isTransient || attempts >= retry.attempts) return result;
    const failed = { attempts, retryAfterMs: undefined };
    await session.system.sleep(retryDelayMs(retry, failed, session.system.random()), signal);
  }
}

/** A guard that nobody can look at does not hold: only its own `when` may leave it out. */
function refusal({ verdict, message, error, unavailable }: CheckResult): string | undefined {
  if (unavailable !== undefined)
    return `target "${unavailable}" is unavailable, so nobody can tell`;
  if (verdict === 'holds' || verdict === 'skipped') return undefined;
  const reason = error === undefined || error.message === message ? '' : ` (${error.message})`;
  return `${message ?? verdict}${reason}`;
}
