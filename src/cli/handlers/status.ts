// drctl status. Reads without a lease, so it works while the run goes on.

import { loadRunbookFromSources, summarizeRun } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { heldReplicas } from '../held-replicas.ts';
import { builtinRegistry } from '../inputs.ts';
import { findRun, openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { statusLines } from '../views/status.ts';

export async function status(
  args: StateArgs & { readonly run: string | undefined },
  cli: Cli,
): Promise<number> {
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  const torn = (notice: string): void => cli.output.note(cli.output.noteStyle.warn(notice));
  const state = await readState(store, header.runId, torn);
  const summary = summarizeRun(runbook, registry, state);
  const holds = heldReplicas(state);
  const holder = await store.holder(header.runId);
  const { style, verbose, proseColumns: columns } = cli.output;
  const now = new Date();
  const view = { header, state, summary, holds, holder, style, verbose, columns, now };
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
    ...summary,
  });
  return 0;
}
