// drctl apply: the run's id, the plan, the question, the run.

import path from 'node:path';
import { startRun } from '../../engine/index.ts';
import type { Plan } from '../../engine/index.ts';
import { createApprover } from '../approver.ts';
import type { ApprovalArgs } from '../approver.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveInputs } from '../inputs.ts';
import { refusal } from '../refusal.ts';
import { createEventRelay, driveRun, planSections } from '../run-driver.ts';
import { openSession, startTimeout } from '../session.ts';
import { openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { showPlan } from './plan.ts';
import type { PlanArgs } from './plan.ts';

export async function apply(
  args: PlanArgs & ApprovalArgs & StateArgs & { readonly timeout: string | undefined },
  cli: Cli,
): Promise<number> {
  startTimeout(args.timeout, cli);
  const loaded = await readRunbook(args.runbook, cli);
  checkApprovals(args.approve, loaded.runbook);
  const inputs = await resolveInputs(loaded.runbook, args, cli);
  const { createSystem, newRunId } = await import('../../adapters/index.ts');
  const runId = newRunId(createSystem(), loaded.runbook.name);
  cli.output.result(`${cli.output.style.bold('Run')} ${runId}`);
  cli.output.event('run', { runId, runbook: args.runbook });
  const store = await openStore(args, cli);
  const relay = createEventRelay();
  const opened = await openSession(
    {
      ...inputs,
      runbook: { ...loaded.runbook, warnings: [...loaded.runbook.warnings, ...inputs.warnings] },
      runbookPath: args.runbook,
      registry: loaded.registry,
      runId,
      parallel: args.parallel,
      unavailable: args.unavailable,
      offline: false,
      store,
      emit: relay.emit,
    },
    cli,
  );
  const plan = await showPlan(opened, { path: args.runbook, full: false }, cli);
  if (!plan.canApply) throw refusal(plan);
  await approvePlan(plan, args, cli);
  return driveRun(
    {
      opened,
      store,
      plan,
      args,
      relay,
      sections: planSections(plan),
      success: 'succeeded',
      takeover: false,
      work: (session) =>
        startRun(session, {
          store,
          plan,
          envFiles: args.envFile.map((file) => path.resolve(cli.io.cwd, file)),
        }),
    },
    cli,
  );
}

/** DECLINED, APPROVAL_NEEDED. */
async function approvePlan(plan: Plan, args: ApprovalArgs, cli: Cli): Promise<void> {
  const { operator } = await import('../../adapters/index.ts');
  const approver = createApprover(
    { ...args, by: operator(), now: () => new Date(), details: () => [], aside: (ask) => ask() },
    cli,
  );
  await approver.approve({ subject: 'plan', message: `Apply this plan of ${plan.runbook.name}?` });
}
