// drctl plan.

import { DrctlError, formatDuration, hasChanges, summarizePlan } from '../../engine/index.ts';
import { chooseSteps } from '../choose-steps.ts';
import type { ChoiceArgs } from '../choose-steps.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveInputs } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { makePlan, printPlan } from '../make-plan.ts';
import { refusal } from '../refusal.ts';
import { savePlan } from '../saved-plans/save.ts';
import { placeForPlan } from '../saved-plans/write-plan.ts';
import { openSession, startTimeout } from '../session.ts';
import { openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';

export interface PlanArgs extends InputArgs, ChoiceArgs {
  readonly runbook: string;
  readonly unavailable: readonly string[];
}

const CHANGES_EXIT_CODE = 10;

export async function plan(
  args: PlanArgs &
    StateArgs & {
      readonly parallel: number;
      readonly full: boolean;
      readonly pager: boolean;
      readonly offline: boolean;
      readonly out: string | undefined;
      readonly detailedExitcode: boolean;
      readonly timeout: string | undefined;
    },
  cli: Cli,
): Promise<number> {
  startTimeout(args.timeout, cli);
  const { out } = args;
  if (out !== undefined) {
    if (args.offline) throw cannotBeSaved();
    await placeForPlan(out, cli);
  }
  const loaded = await readRunbook(args.runbook, cli);
  const store = await openStore(args, cli);
  const selection = await chooseSteps(args, loaded);
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
      selection,
      offline: args.offline,
      store,
      emit: (event) => {
        if (event.type === 'notice') cli.output.note(cli.output.noteStyle.warn(event.message));
      },
    },
    cli,
  );
  const made = await makePlan(opened, store, cli);
  const { full, pager } = args;
  const view = { path: args.runbook, full, pager, when: formatDuration(made.tookMs) };
  await printPlan(made, view, cli);
  if (!made.plan.canApply && !args.offline) {
    if (out !== undefined)
      cli.output.error(`No plan was written to ${out}: it could not be applied`);
    return refusal(made.plan).exitCode;
  }
  if (out !== undefined) {
    await savePlan(out, { opened, made, envFiles: args.envFile }, cli);
    const { runId } = opened.session;
    cli.output.result(`${cli.output.style.good('✓')} Saved as ${out}. Carry it out with:`);
    cli.output.result(`  drctl apply ${out}`);
    cli.output.event('saved', { file: out, digest: made.digest, runId });
  }
  return args.detailedExitcode && hasChanges(summarizePlan(made.plan)) ? CHANGES_EXIT_CODE : 0;
}

function cannotBeSaved(): DrctlError {
  return new DrctlError('USAGE', 'A plan that was made offline cannot be applied, nor saved', {
    hint: 'Leave out --offline, or --out',
  });
}
