// drctl apply: the run's id, the plan, the question, the run. A saved plan has the first two already.

import path from 'node:path';
import { formatDuration } from '../../engine/index.ts';
import { approvePlan } from '../approve-plan.ts';
import { beginRun, tellRun } from '../begin-run.ts';
import type { ApplyArgs } from '../begin-run.ts';
import { checkApprovals } from '../check-approvals.ts';
import { chooseSteps } from '../choose-steps.ts';
import type { Cli } from '../command.ts';
import { DEFAULT_PARALLEL } from '../flags.ts';
import { readRunbook, resolveInputs } from '../inputs.ts';
import { assertLocksFree } from '../locks.ts';
import { makePlan, printPlan } from '../make-plan.ts';
import { refusal } from '../refusal.ts';
import { createEventRelay } from '../run-driver.ts';
import { readPlanOrRunbook } from '../saved-plans/read-file.ts';
import { openSession, startTimeout } from '../session.ts';
import { openStore, placeOf } from '../state-folder.ts';
import { applySaved } from './apply-saved.ts';

export async function apply(args: ApplyArgs, cli: Cli): Promise<number> {
  startTimeout(args.timeout, cli);
  const file = await readPlanOrRunbook(args.runbook, cli);
  if (file.kind === 'plan') return applySaved(file.saved, args, cli);
  const loaded = await readRunbook(args.runbook, cli, file.text);
  checkApprovals(args.approve, { ...loaded.runbook, hasDigest: true });
  const selection = await chooseSteps(args, loaded);
  const inputs = await resolveInputs(loaded.runbook, args, cli);
  const store = await openStore(args, cli);
  // Before the world is read and a person asked: what cannot be recorded is not begun.
  await store.check();
  const { createSystem, newRunId } = await import('../../adapters/index.ts');
  const runId = newRunId(createSystem(), loaded.runbook.name);
  tellRun(runId, args.runbook, cli);
  const relay = createEventRelay();
  const opened = await openSession(
    {
      ...inputs,
      runbook: { ...loaded.runbook, warnings: [...loaded.runbook.warnings, ...inputs.warnings] },
      runbookPath: args.runbook,
      registry: loaded.registry,
      runId,
      parallel: args.parallel ?? DEFAULT_PARALLEL,
      unavailable: args.unavailable,
      selection,
      offline: false,
      store,
      emit: relay.emit,
    },
    cli,
  );
  await assertLocksFree(opened, () => placeOf(store, runId));
  const made = await makePlan(opened, store, cli);
  const view = { path: args.runbook, full: false, when: formatDuration(made.tookMs) };
  await printPlan(made, view, cli);
  if (!made.plan.canApply) throw refusal(made.plan);
  const approval = await approvePlan(made, args, cli);
  const { plan, clusters } = made;
  const envFiles = args.envFile.map((one) => path.resolve(cli.io.cwd, one));
  return beginRun({ opened, store, relay, args, plan, clusters, envFiles, approval }, cli);
}
