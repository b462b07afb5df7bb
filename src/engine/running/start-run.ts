// Begins a run: what must hold is looked at once more, the run is created, and the loop does the rest.

import type { Approval, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { JournalEvent } from '../contracts/journal-event.ts';
import type { Json } from '../contracts/json.ts';
import type { Plan } from '../contracts/plan.ts';
import type { Problem } from '../contracts/problem.ts';
import type { RunHeader, RunStore } from '../contracts/store.ts';
import { evaluateCheck } from '../planning/evaluate-check.ts';
import { tellIfAnswered } from '../planning/no-answer.ts';
import { baseScope } from '../planning/scope.ts';
import { drive } from './drive.ts';
import { createExecution } from './execution.ts';
import { createFold } from './fold.ts';
import { defaultRollbackTimeoutMs } from './rollback-budget.ts';
import type { RunResult, RunSession } from './run-session.ts';
import { withLease } from './with-lease.ts';

export interface StartOptions {
  readonly store: RunStore;
  readonly plan: Plan;
  readonly envFiles: readonly string[];
  /** See RunHeader. */
  readonly clusters?: Readonly<Record<string, string>>;
  /** Who said yes to the plan. */
  readonly approval?: Approval;
}

/**
 * Throws PRECONDITION_FAILED before anything is created, RUN_EXISTS, and what the store throws when the journal cannot
 * be written. A bug (anything that is no DrctlError) is thrown once the run has ended in order.
 */
export async function startRun<P extends Ports>(
  session: RunSession<P>,
  options: StartOptions,
): Promise<RunResult> {
  const { store, plan, approval } = options;
  if (!plan.canApply) {
    throw new DrctlError('PRECONDITION_FAILED', 'The plan cannot be applied', {
      hint: 'Run "drctl plan": it shows which precondition fails or which step cannot be planned',
    });
  }
  await assertPreconditions(session);
  const lease = await store.create(headerOf(session, options));
  return withLease(lease, async () => {
    const run = createExecution(session, { lease, plan, fold: createFold() });
    await run.journal.append({
      type: 'run.started',
      runId: session.runId,
      runbook: identityOf(plan),
      envDigest: plan.envDigest,
      drctl: session.drctl,
      by: session.by,
      ...(approval === undefined ? {} : { approval }),
      ...leftOutOf(plan),
    });
    return drive(run, defaultRollbackTimeoutMs);
  });
}

async function assertPreconditions<P extends Ports>(session: RunSession<P>): Promise<void> {
  const signal = AbortSignal.any([session.signal, session.interrupt]);
  let problems: readonly Problem[];
  try {
    problems = await failingPreconditions(session, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new DrctlError('INTERRUPTED', 'Interrupted before anything was begun', { cause });
  }
  if (problems.length === 0) return;
  const list = problems.map(({ message }) => message).join('; ');
  throw new DrctlError('PRECONDITION_FAILED', `Nothing was begun: ${list}`, {
    problems,
    hint: 'Put right what fails, plan again, and apply that plan',
  });
}

async function failingPreconditions<P extends Ports>(
  session: RunSession<P>,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const scope = baseScope(session);
  const problems: Problem[] = [];
  for (const check of session.runbook.preconditions) {
    if (check.severity !== 'error') continue;
    const found = await evaluateCheck({ session, check, scope, signal });
    const result = tellIfAnswered(session, { check, scope, result: found });
    if (result.verdict !== 'fails') continue;
    const { hint } = result.error ?? {};
    problems.push({
      severity: 'error',
      message: `${check.id}: ${result.message ?? 'does not hold'}`,
      at: check.at,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return problems;
}

function headerOf<P extends Ports>(
  session: RunSession<P>,
  { plan, envFiles, clusters }: StartOptions,
): RunHeader {
  const open: Record<string, Json> = {};
  const sensitiveEnv: string[] = [];
  for (const { name, value, sensitive } of session.env) {
    if (sensitive) sensitiveEnv.push(name);
    else if (value !== undefined) open[name] = value;
  }
  return {
    format: 1,
    runId: session.runId,
    createdAt: session.system.now().toISOString(),
    drctl: session.drctl,
    by: session.by,
    runbook: identityOf(plan),
    sources: session.runbook.sources,
    env: open,
    sensitiveEnv,
    envFiles,
    unavailable: session.unavailable,
    ...(clusters === undefined ? {} : { clusters }),
    plan,
  };
}

/** Which steps are left out belongs to what a run is: the journal says it too. */
export function leftOutOf({
  selection,
}: Pick<Plan, 'selection'>): Pick<Extract<JournalEvent, { type: 'run.started' }>, 'leftOut'> {
  return selection === undefined ? {} : { leftOut: selection.leftOut };
}

/** Of the runbook, without where it lay. */
export function identityOf({ runbook }: Plan): RunHeader['runbook'] {
  const { name, version, digest } = runbook;
  return { name, version, digest };
}
