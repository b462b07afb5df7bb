// drctl cleanup, for a run whose state is there.

import {
  DrctlError,
  cleanupRun,
  loadRunbookFromSources,
  previewCleanup,
} from '../../engine/index.ts';
import type { CleanupPreview, RunHeader, RunState } from '../../engine/index.ts';
import type { StateStore } from '../../adapters/index.ts';
import { createApprover } from '../approver.ts';
import type { ApprovalArgs } from '../approver.ts';
import { beforeOf } from '../before.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { giveBackLocks } from '../locks.ts';
import { openRecorded } from '../open-recorded.ts';
import { createEventRelay, driveRun } from '../run-driver.ts';
import type { EventRelay } from '../run-driver.ts';
import type { OpenSession } from '../session.ts';
import { findRun, openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { cleanupLines } from '../views/cleanup.ts';
import { createPlainView } from '../views/run-plain.ts';

export interface CleanupArgs extends InputArgs, ApprovalArgs, StateArgs {
  readonly run: string | undefined;
  readonly preview: boolean;
  readonly takeover: boolean;
}

export async function cleanup(args: CleanupArgs, cli: Cli): Promise<number> {
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const { runId } = header;
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  checkApprovals(args.approve, runbook);
  const takeover = await mayTakeOver(store, header, args);
  const state = await readState(store, runId);
  const preview = previewCleanup({ runbook, registry, state });
  const hasLocks = runbook.locks.length > 0;
  const comesBack = preview.comesBack.map((instance) => ({
    instance,
    before: beforesOf(state, instance),
  }));
  cli.output.event('cleanup-preview', { runId, ...preview, comesBack, locks: hasLocks });
  const { style, proseColumns: columns } = cli.output;
  for (const line of cleanupLines({ runId, preview, comesBack, hasLocks, style, columns })) {
    cli.output.result(line);
  }
  if (args.preview || (!preview.isDue && !hasLocks)) return 0;
  await approveCleanup(header, preview, args, cli);
  const relay = createEventRelay();
  const opened = await openRecorded(
    { header, state, store, args: { ...args, parallel: 1 }, secretsNeeded: true, emit: relay.emit },
    cli,
  );
  if (!preview.isDue) return giveLocksBack({ opened, store, relay, takeover }, cli);
  return driveRun(
    {
      opened,
      store,
      plan: header.plan,
      args,
      relay,
      sections: [
        {
          id: 'cleanup',
          title: `Cleanup of ${runId}`,
          items: [...preview.comesBack, ...preview.tidied].map((id) => ({ id, title: id })),
        },
      ],
      success: 'cleaned-up',
      takeover: args.takeover,
      passOverGone: true,
      work: (session) => cleanupRun(session, { store, takeover, moved: opened.moved }),
    },
    cli,
  );
}

/** Of a run that is over, or was cleaned up before: its locks may be left all the same. */
async function giveLocksBack(
  {
    opened,
    store,
    relay,
    takeover,
  }: {
    readonly opened: OpenSession;
    readonly store: StateStore;
    readonly relay: EventRelay;
    readonly takeover: boolean;
  },
  cli: Cli,
): Promise<number> {
  const { runId } = opened.session;
  const { operator } = await import('../../adapters/index.ts');
  const view = createPlainView(cli.output, () => new Date());
  relay.connect(view);
  const lease = await store.open(runId, { by: operator(), takeover });
  try {
    await giveBackLocks(opened);
  } finally {
    await lease.release();
  }
  await view.end();
  cli.output.result(`${cli.output.style.good('✓')} Run ${runId} holds nothing down`);
  cli.output.event('result', { runId, outcome: 'cleaned-up', exitCode: 0 });
  return 0;
}

/** A run that is being worked on is not cleaned up; where that cannot be seen from here, a person says that it is not. */
async function mayTakeOver(
  store: StateStore,
  { runId }: RunHeader,
  { takeover }: CleanupArgs,
): Promise<boolean> {
  const { operator } = await import('../../adapters/index.ts');
  const holder = await store.holder(runId);
  if (holder === undefined) return false;
  const who = `${holder.user}@${holder.host} (process ${holder.pid}, since ${holder.since})`;
  if (holder.host === operator().host) {
    throw new DrctlError('RUN_LOCKED', `Run ${runId} is being worked on by ${who}`, {
      hint: 'Stop that process first: its first Ctrl-C puts back what it holds down',
    });
  }
  if (takeover) return true;
  throw new DrctlError('RUN_LOCKED', `Run ${runId} is held by ${who}`, {
    hint: 'Only when that machine or process is surely gone: --takeover. It then stops before its next effect',
  });
}

function beforesOf(state: RunState, instance: string): ReturnType<typeof beforeOf> {
  const known = state.instances.get(instance);
  return known === undefined ? [] : beforeOf(known);
}

async function approveCleanup(
  { runId }: RunHeader,
  { inDoubt }: CleanupPreview,
  args: ApprovalArgs,
  cli: Cli,
): Promise<void> {
  const { operator } = await import('../../adapters/index.ts');
  const approver = createApprover(
    { ...args, by: operator(), now: () => new Date(), details: () => [], aside: (ask) => ask() },
    cli,
  );
  const doubt = inDoubt.length === 0 ? '' : ` It was cut off in ${inDoubt.join(', ')}.`;
  await approver.approve({ subject: 'cleanup', message: `Clean up run ${runId}?${doubt}` });
}
