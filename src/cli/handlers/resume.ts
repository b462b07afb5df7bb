// drctl resume.

import { loadRunbookFromSources, resumeRun, runFinished, isOver } from '../../engine/index.ts';
import type { RunState } from '../../engine/index.ts';
import type { ApprovalArgs } from '../approver.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { giveBackLocks } from '../locks.ts';
import { createEventRelay, driveRun, planSections } from '../run-driver.ts';
import { openRecorded } from '../open-recorded.ts';
import { startTimeout } from '../session.ts';
import { findUnfinished, openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';

export async function resume(
  args: InputArgs &
    ApprovalArgs &
    StateArgs & {
      readonly run: string | undefined;
      readonly parallel: number;
      readonly takeover: boolean;
      readonly unavailable: readonly string[];
      readonly timeout: string | undefined;
    },
  cli: Cli,
): Promise<number> {
  startTimeout(args.timeout, cli);
  const store = await openStore(args, cli);
  const header = await findUnfinished(store, args.run);
  const runbook = await loadRunbookFromSources(header.sources, builtinRegistry());
  checkApprovals(args.approve, runbook);
  cli.output.result(`${cli.output.style.bold('Run')} ${header.runId}`);
  cli.output.event('run', { runId: header.runId, runbook: header.plan.runbook.path });
  const relay = createEventRelay();
  const state = await readState(store, header.runId);
  const { outcome } = state;
  // After one that ended at a step it goes forward.
  const goesBack = state.rollback !== undefined && outcome !== 'rolled-back';
  const hasEnded = isOver(state) && (outcome === 'succeeded' || outcome === 'rolled-back');
  const opened = await openRecorded(
    {
      header,
      state,
      store,
      args,
      secretsNeeded: !hasEnded,
      emit: relay.emit,
      unavailable: args.unavailable,
    },
    cli,
  );
  if (hasEnded) {
    // Its process may have been killed between the run's last record and giving the locks back.
    await giveBackLocks(opened);
    throw runFinished(header.runId, outcome);
  }
  if (goesBack) tellRollback(state, cli);
  return driveRun(
    {
      opened,
      store,
      plan: header.plan,
      args,
      relay,
      sections: planSections(header.plan, state),
      // A rollback that is gone on with was asked for when it was begun.
      success: goesBack ? 'rolled-back' : 'succeeded',
      takeover: args.takeover,
      work: (session) =>
        resumeRun(session, { store, takeover: args.takeover, moved: opened.moved }),
    },
    cli,
  );
}

/** Whoever resumes may not know that somebody began to go back. */
function tellRollback({ rollback }: RunState, cli: Cli): void {
  const to = rollback?.to === undefined ? '' : ` to ${rollback.to}`;
  const message = `This run is being rolled back${to}; going on with that`;
  cli.output.result(cli.output.style.warn(message));
  cli.output.event('notice', { severity: 'info', message });
}
