// drctl status. Reads without a lease, so it works while the run goes on.

import {
  approvalStanding,
  loadRunbookFromSources,
  openOutages,
  restOfRunbook,
  summarizeRun,
  targetsToConfirm,
  waitingPhase,
} from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { heldReplicas } from '../held-replicas.ts';
import { builtinRegistry } from '../inputs.ts';
import { recordedScope } from '../recorded-scope.ts';
import { findRun, openStore, readJournal } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { stuckSteps } from '../stuck.ts';
import { statusLines } from '../views/status.ts';
import { undoDetails } from '../views/undo-details.ts';

export async function status(
  args: StateArgs & { readonly run: string | undefined },
  cli: Cli,
): Promise<number> {
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  const torn = (notice: string): void => cli.output.note(cli.output.noteStyle.warn(notice));
  const { state, lines, head } = await readJournal(store, header.runId, torn);
  const journal = { lines, head };
  const summary = summarizeRun(runbook, registry, state, header.plan);
  const rest = restOfRunbook(runbook, registry, header.plan.selection);
  const holds = heldReplicas(state, rest !== undefined);
  // To the end of its runbook everything is in use again, whatever was skipped on the way.
  const isWhole = state.outcome === 'succeeded' && rest === undefined;
  const outages = isWhole ? [] : openOutages(runbook.outages, state);
  const scope = recordedScope(runbook, header);
  const toConfirm = targetsToConfirm({ header, runbook, registry, state, scope });
  const undo = summary.undo.map((prospect) => undoDetails(prospect, { runbook, state }));
  const stuck = stuckSteps({ header, runbook, registry, state });
  const holder = await store.holder(header.runId);
  const { style, verbose, proseColumns: columns } = cli.output;
  const now = new Date();
  const waits = waitingPhase({ header, runbook, registry, state });
  const approvals =
    waits === undefined || waits.approvals === 1
      ? undefined
      : { phase: waits.id, ...approvalStanding({ plan: header.plan, state, phase: waits, now }) };
  const view = {
    header,
    state,
    journal,
    summary,
    holds,
    outages,
    rest,
    toConfirm,
    undo,
    stuck,
    holder,
    approvals,
    style,
    verbose,
    columns,
    now,
  };
  for (const line of statusLines(view)) {
    cli.output.result(line);
  }
  cli.output.event('status', {
    runId: header.runId,
    runbook: header.runbook,
    createdAt: header.createdAt,
    status: state.status,
    outcome: state.outcome,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    holder,
    holds,
    outages,
    rest,
    toConfirm,
    journal,
    approvals,
    ...summary,
    selection: header.plan.selection,
    undo,
    ...(stuck.length === 0 ? {} : { stuck }),
    cleanedUp: state.cleanedUp,
    rolledBackTo: state.rollback?.to,
  });
  return 0;
}
