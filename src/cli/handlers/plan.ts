// drctl plan.

import { hasChanges, planDigest, planRun, summarizePlan } from '../../engine/index.ts';
import type { Plan } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveInputs } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { refusal } from '../refusal.ts';
import { openSession, startTimeout } from '../session.ts';
import type { OpenSession } from '../session.ts';
import { openStore } from '../state-folder.ts';
import { targetFacts } from '../target-facts.ts';
import { planLines } from '../views/plan.ts';

export interface PlanArgs extends InputArgs {
  readonly runbook: string;
  readonly parallel: number;
  readonly unavailable: readonly string[];
}

const CHANGES_EXIT_CODE = 10;

export async function plan(
  args: PlanArgs & {
    readonly full: boolean;
    readonly offline: boolean;
    readonly detailedExitcode: boolean;
    readonly timeout: string | undefined;
  },
  cli: Cli,
): Promise<number> {
  startTimeout(args.timeout, cli);
  const loaded = await readRunbook(args.runbook, cli);
  const inputs = await resolveInputs(loaded.runbook, args, cli);
  const { createSystem, newRunId } = await import('../../adapters/index.ts');
  const opened = await openSession(
    {
      ...inputs,
      runbook: { ...loaded.runbook, warnings: [...loaded.runbook.warnings, ...inputs.warnings] },
      runbookPath: args.runbook,
      registry: loaded.registry,
      runId: newRunId(createSystem(), loaded.runbook.name),
      parallel: args.parallel,
      unavailable: args.unavailable,
      offline: args.offline,
      store: await openStore({}, cli),
      emit: (event) => {
        if (event.type === 'notice') cli.output.note(cli.output.noteStyle.warn(event.message));
      },
    },
    cli,
  );
  const made = await showPlan(opened, { path: args.runbook, full: args.full }, cli);
  if (!made.canApply && !args.offline) return refusal(made).exitCode;
  return args.detailedExitcode && hasChanges(summarizePlan(made)) ? CHANGES_EXIT_CODE : 0;
}

/** Makes the plan and prints it. */
export async function showPlan(
  { session, targets }: OpenSession,
  options: { readonly path: string; readonly full: boolean },
  cli: Cli,
): Promise<Plan> {
  const { system, ports, signal, unavailable, offline } = session;
  const began = system.now().getTime();
  if (!offline) cli.output.note(cli.output.noteStyle.dim('Reading the world …'));
  const [made, facts] = await Promise.all([
    planRun(session),
    targetFacts({ targets, unavailable, readers: ports.readers, offline, signal }),
  ]);
  const view = {
    facts,
    path: options.path,
    tookMs: system.now().getTime() - began,
    style: cli.output.style,
    columns: cli.output.columns,
    full: options.full,
  };
  for (const line of planLines(made, view)) cli.output.result(line);
  cli.output.event('plan', {
    digest: planDigest(made),
    summary: summarizePlan(made),
    targets: facts,
    plan: made,
  });
  return made;
}
