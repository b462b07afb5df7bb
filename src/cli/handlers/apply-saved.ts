// drctl apply of a saved plan: what moved since it was made is found by planning anew for the same run. When nothing that
// matters did, the saved plan is the one that is carried out.

import {
  DrctlError,
  comparePlans,
  compareSurroundings,
  isRefusedAnyway,
  formatDuration,
} from '../../engine/index.ts';
import type { Move, SavedPlan, Surroundings } from '../../engine/index.ts';
import { approvePlan, assertPinned } from '../approve-plan.ts';
import { beginRun, tellRun } from '../begin-run.ts';
import type { ApplyArgs } from '../begin-run.ts';
import { checkApprovals } from '../check-approvals.ts';
import { choiceAskedFor } from '../choose-steps.ts';
import type { Cli } from '../command.ts';
import { choiceWords, runbookWords } from '../command-words.ts';
import { builtinRegistry } from '../inputs.ts';
import { assertLocksFree } from '../locks.ts';
import { makePlan, printPlan } from '../make-plan.ts';
import { refusal } from '../refusal.ts';
import { createEventRelay } from '../run-driver.ts';
import { savedInputs } from '../saved-plans/inputs.ts';
import { lyingFiles } from '../saved-plans/lying-files.ts';
import { versionsOf } from '../saved-plans/save.ts';
import { assertUnused } from '../saved-plans/used.ts';
import { openSession } from '../session.ts';
import { openStore, placeOf } from '../state-folder.ts';
import { drctlVersion } from '../version.ts';
import { moveLines } from '../views/moves.ts';

export async function applySaved(saved: SavedPlan, args: ApplyArgs, cli: Cli): Promise<number> {
  const { runId, plan } = saved;
  refuseOtherTargets(saved, args);
  refuseOtherSteps(args);
  const store = await openStore(args, cli);
  await store.check();
  await assertUnused(saved, store);
  assertPinned(saved.digest, args.approve);
  const surroundings: Surroundings = {
    drctl: drctlVersion(),
    actions: versionsOf(Object.keys(saved.actions), builtinRegistry()),
    files: await lyingFiles(saved),
    values: [],
    secrets: [],
    clusters: undefined,
  };
  // Without its actions the runbook cannot even be loaded.
  const versions = compareSurroundings(saved, surroundings);
  if (versions.some(({ about }) => about === 'action')) return refuseStale(saved, versions, cli);
  const inputs = await savedInputs(saved, args, cli);
  checkApprovals(args.approve, { ...inputs.runbook, hasDigest: true });
  tellRun(runId, args.runbook, cli);
  const relay = createEventRelay();
  const opened = await openSession(
    {
      ...inputs,
      runbookPath: saved.runbook.path,
      runId,
      parallel: args.parallel ?? saved.parallel,
      unavailable: saved.unavailable,
      selection: plan.selection,
      offline: false,
      store,
      emit: relay.emit,
    },
    cli,
  );
  await assertLocksFree(opened, () => placeOf(store, runId));
  const now = await makePlan(opened, store, cli);
  const moves = [
    ...compareSurroundings(saved, { ...surroundings, ...inputs.moved, clusters: now.clusters }),
    ...comparePlans(plan, now.plan),
  ];
  const when = `made ${ageOf(saved)}`;
  await printPlan(
    { ...saved, facts: now.facts, past: now.past },
    { path: args.runbook, when, full: false },
    cli,
  );
  if (moves.some(({ matters }) => matters)) {
    if (!isRefusedAnyway(moves, now.plan)) return refuseStale(saved, moves, cli);
    tellMoves(saved, moves, cli);
    throw refusal(now.plan);
  }
  tellMoves(saved, moves, cli);
  // What cannot be applied now could not be then, so it would have moved; nothing is begun on the strength of that.
  if (!now.plan.canApply) throw refusal(now.plan);
  const approval = await approvePlan(saved, args, cli);
  const { clusters } = now;
  const { envFiles } = saved;
  return beginRun({ opened, store, relay, args, plan, clusters, envFiles, approval }, cli);
}

/** "2h 3m ago by somebody@somewhere" */
export function ageOf({ createdAt, by }: SavedPlan): string {
  const ageMs = Date.now() - Date.parse(createdAt);
  // Another machine's clock may be ahead.
  const age = ageMs < 0 ? `at ${createdAt}` : `${formatDuration(ageMs)} ago`;
  return `${age} by ${by.user}@${by.host}`;
}

function tellMoves(saved: SavedPlan, moves: readonly Move[], cli: Cli): void {
  const { output } = cli;
  output.result('');
  for (const line of moveLines(moves, { style: output.style, age: ageOf(saved) })) {
    output.result(line);
  }
  const { runId, digest, createdAt } = saved;
  output.event('moved', { runId, digest, createdAt, moves });
}

/** PLAN_STALE. */
function refuseStale(saved: SavedPlan, moves: readonly Move[], cli: Cli): never {
  tellMoves(saved, moves, cli);
  const what = moves.filter(({ matters }) => matters).map(({ about, name }) => `${about} ${name}`);
  const named = [...new Set(what)];
  const more = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : '';
  throw new DrctlError(
    'PLAN_STALE',
    `Nothing was begun: the plan does not fit any more (${named.slice(0, MAX_NAMED).join(', ')}${more})`,
    { hint: `Plan again, and have that plan approved: drctl plan ${wordsOf(saved)} -o FILE` },
  );
}

const MAX_NAMED = 5;

/** As it was planned. */
function wordsOf({ runbook, plan, ...madeWith }: SavedPlan): string {
  return `${runbookWords(runbook.path, madeWith)}${choiceWords(plan.selection?.choice)}`;
}

/** USAGE. */
function refuseOtherTargets({ unavailable }: SavedPlan, args: ApplyArgs): void {
  const other = args.unavailable.find((name) => !unavailable.includes(name));
  if (other === undefined) return;
  throw new DrctlError('USAGE', `--unavailable ${other}: the plan was made with that target`, {
    hint: 'Plan again without it: drctl plan RUNBOOK --unavailable TARGET -o FILE',
  });
}

/** USAGE. */
function refuseOtherSteps(args: ApplyArgs): void {
  const flag = choiceAskedFor(args);
  if (flag === undefined) return;
  throw new DrctlError('USAGE', `${flag}: a saved plan says itself which steps are carried out`, {
    hint: 'Plan again with it: drctl plan RUNBOOK -o FILE',
  });
}
