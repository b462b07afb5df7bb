// drctl cleanup --runbook: for runs whose state is lost. What the world says of them is put back, and their locks are given
// back; what else they did nobody can tell any more, and that is said.

import { replicasOf, scaleNoteOf, takeReplicasBack } from '../../actions/index.ts';
import { DrctlError, counted } from '../../engine/index.ts';
import type { StateStore } from '../../adapters/index.ts';
import { createApprover } from '../approver.ts';
import type { ApprovalArgs } from '../approver.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveInputs, showWarnings } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { findLostRuns } from '../lost-runs.ts';
import type { HeldWorkload, LostRun } from '../lost-runs.ts';
import { openSession } from '../session.ts';
import type { OpenSession } from '../session.ts';
import { openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { lostRunEvent, lostRunLines } from '../views/lost-runs.ts';

export interface CleanupLostArgs extends InputArgs, ApprovalArgs, StateArgs {
  readonly runbook: string;
  readonly run: string | undefined;
  readonly preview: boolean;
  readonly takeover: boolean;
}

export async function cleanupLost(args: CleanupLostArgs, cli: Cli): Promise<number> {
  const store = await openStore(args, cli);
  const opened = await openLooking(args, store, cli);
  checkApprovals(args.approve, opened.session.runbook);
  const runs = await findLostRuns(opened, args.run);
  const { style, proseColumns: columns } = cli.output;
  for (const line of lostRunLines(runs, { style, columns })) cli.output.result(line);
  cli.output.event('cleanup-preview', { runs: runs.map(lostRunEvent) });
  if (args.preview || runs.length === 0) return 0;
  assertOne(runs);
  await assertLost(runs, store, args);
  const { operator } = await import('../../adapters/index.ts');
  const approver = createApprover(
    { ...args, by: operator(), now: () => new Date(), details: () => [], aside: (ask) => ask() },
    cli,
  );
  const names = runs.map(({ run }) => run).join(', ');
  await approver.approve({ subject: 'cleanup', message: `Clean up after ${names}?` });
  const left: string[] = [];
  for (const run of runs) left.push(...(await cleanUpAfter(run, opened, cli)));
  if (left.length > 0) {
    throw new DrctlError('ROLLBACK_STUCK', `Not put back: ${left.join('; ')}`, {
      hint: 'Look at it and set it by hand; then take the annotation drctl.dev/scaled away and clean up again',
    });
  }
  cli.output.event('result', {
    runs: runs.map(({ run }) => run),
    outcome: 'cleaned-up',
    exitCode: 0,
  });
  return 0;
}

async function openLooking(
  args: CleanupLostArgs,
  store: StateStore,
  cli: Cli,
): Promise<OpenSession> {
  const { runbook, registry } = await readRunbook(args.runbook, cli);
  const inputs = await resolveInputs(runbook, args, cli);
  showWarnings([...runbook.warnings, ...inputs.warnings], cli);
  const { createSystem, newRunId } = await import('../../adapters/index.ts');
  return openSession(
    {
      ...inputs,
      runbook,
      runbookPath: args.runbook,
      registry,
      runId: newRunId(createSystem(), runbook.name),
      parallel: 1,
      unavailable: [],
      offline: false,
      store,
      emit: (event) => {
        if (event.type === 'notice') cli.output.note(cli.output.noteStyle.warn(event.message));
      },
    },
    cli,
  );
}

/** What is said about one run must not hit another, which may be alive. */
function assertOne(runs: readonly LostRun[]): void {
  if (runs.length === 1) return;
  const names = runs.map(({ run }) => run).join(', ');
  throw new DrctlError('USAGE', `Several runs hold something there: ${names}`, {
    hint: 'Name the one that is lost: drctl cleanup RUN --runbook FILE',
  });
}

/** RUN_LOCKED. A run whose state is here knows more than the world does; one that may be alive is left alone. */
async function assertLost(
  runs: readonly LostRun[],
  store: StateStore,
  { takeover }: CleanupLostArgs,
): Promise<void> {
  const known = new Set((await store.list()).map(({ runId }) => runId));
  for (const { run, locks, others, workloads } of runs) {
    if (known.has(run)) {
      throw new DrctlError('RUN_LOCKED', `The state of run ${run} is here: it is not lost`, {
        hint: `"drctl cleanup ${run}" does more, and knows what it does`,
      });
    }
    if (locks.some(({ held }) => held.isAliveHere)) {
      throw new DrctlError('RUN_LOCKED', `Run ${run} is alive on this machine`, {
        hint: 'Stop that process first: its first Ctrl-C puts back what it holds down',
      });
    }
    const [other] = others;
    if (other !== undefined && workloads.length > 0) {
      throw new DrctlError(
        'RUN_LOCKED',
        `Run ${other.run}, begun by ${other.by}, works there since ${other.since}`,
        {
          hint: 'It may need what the other one holds down. Bring it to its end first',
        },
      );
    }
  }
  if (takeover) return;
  const names = runs.map(({ run }) => run).join(', ');
  throw new DrctlError(
    'RUN_LOCKED',
    `Nobody can tell from here whether ${names} goes on elsewhere`,
    {
      hint: 'Only when it surely does not, and its state folder is lost: --takeover',
    },
  );
}

/** What could not be put back; then the run keeps its locks. */
async function cleanUpAfter(
  { run, workloads, locks }: LostRun,
  { session: { signal } }: OpenSession,
  cli: Cli,
): Promise<readonly string[]> {
  const { dropRunLock } = await import('../../adapters/index.ts');
  const { style } = cli.output;
  const left: string[] = [];
  for (const workload of workloads) {
    const why = await putBack(workload, signal);
    if (why !== undefined) left.push(why);
    else
      cli.output.result(
        `${style.good('✓')} ${workload.name} on ${workload.target} is back at ${counted(workload.note.before, 'replica')}`,
      );
  }
  if (left.length > 0) return left;
  for (const { placed } of locks) {
    await dropRunLock(placed.kube, placed.lock, { runId: run, signal });
    cli.output.result(
      `${style.good('✓')} The lock ${placed.lock.namespace}/${placed.lock.name} on ${placed.lock.target} is free`,
    );
  }
  return left;
}

/** Compared once more right before: what somebody has scaled since stays. */
async function putBack(
  { kube, object, name, note }: HeldWorkload,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = object;
  const namespace = metadata['namespace'];
  const ref = {
    apiVersion,
    kind,
    name: metadata.name,
    ...(typeof namespace === 'string' && { namespace }),
  };
  const present = await kube.get(ref, signal);
  if (present === undefined || scaleNoteOf(present)?.run !== note.run) return undefined;
  const now = replicasOf(present);
  if (now !== note.after && now !== note.before) {
    return `${name} has ${counted(now, 'replica')}, not the ${note.after} of run ${note.run}`;
  }
  await takeReplicasBack(kube, present, {
    run: note.run,
    before: note.before,
    asWhole: true,
    signal,
  });
  return undefined;
}
