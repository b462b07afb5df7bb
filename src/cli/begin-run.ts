// The beginning of a run, of a plan that somebody said yes to.

import type { StateStore } from '../adapters/index.ts';
import { startRun } from '../engine/index.ts';
import type { Approval, Plan } from '../engine/index.ts';
import type { ApprovalArgs } from './approver.ts';
import type { Cli } from './command.ts';
import type { PlanArgs } from './handlers/plan.ts';
import { driveRun, planSections } from './run-driver.ts';
import type { EventRelay } from './run-driver.ts';
import type { OpenSession } from './session.ts';
import type { StateArgs } from './state-folder.ts';

export type ApplyArgs = PlanArgs &
  ApprovalArgs &
  StateArgs & {
    /** Undefined: as the plan says, or the default. */
    readonly parallel: number | undefined;
    readonly timeout: string | undefined;
  };

export function tellRun(runId: string, file: string, cli: Cli): void {
  cli.output.result(`${cli.output.style.bold('Run')} ${runId}`);
  cli.output.event('run', { runId, runbook: file });
}

/** Carries out a plan that somebody said yes to. */
export function beginRun(
  begin: {
    readonly opened: OpenSession;
    readonly store: StateStore;
    readonly relay: EventRelay;
    readonly args: ApprovalArgs;
    readonly plan: Plan;
    readonly clusters: Readonly<Record<string, string>>;
    readonly envFiles: readonly string[];
    readonly approval: Approval;
  },
  cli: Cli,
): Promise<number> {
  const { opened, store, relay, args, plan, clusters, envFiles, approval } = begin;
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
      begins: true,
      work: (session) => startRun(session, { store, plan, clusters, envFiles, approval }),
    },
    cli,
  );
}
