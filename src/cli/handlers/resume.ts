// drctl resume.

import { loadRunbookFromSources, resumeRun } from '../../engine/index.ts';
import type { ApprovalArgs } from '../approver.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
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
  const opened = await openRecorded(
    { header, store, args, secretsNeeded: true, emit: relay.emit },
    cli,
  );
  const state = await readState(store, header.runId);
  return driveRun(
    {
      opened,
      store,
      plan: header.plan,
      args,
      relay,
      sections: planSections(header.plan, state),
      success: 'succeeded',
      takeover: args.takeover,
      work: (session) => resumeRun(session, { store, takeover: args.takeover }),
    },
    cli,
  );
}
