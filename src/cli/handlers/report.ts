// drctl report. Reads without a lease, so it works while the run goes on.

import { loadRunbookFromSources } from '../../engine/index.ts';
import type { JournalRecord } from '../../engine/index.ts';
import { reportRun } from '../../report/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import { findRun, openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { reportLines } from '../views/report.ts';

export async function report(
  args: StateArgs & { readonly run: string | undefined },
  cli: Cli,
): Promise<number> {
  const { output } = cli;
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const { outages } = await loadRunbookFromSources(header.sources, builtinRegistry());
  const records: JournalRecord[] = [];
  const torn = (notice: string): void => output.note(output.noteStyle.warn(notice));
  for await (const record of store.read(header.runId, { torn })) records.push(record);
  const found = reportRun(header, records, outages);
  if (found === undefined) {
    output.result(`Run ${header.runId} has not begun`);
    return 0;
  }
  for (const line of reportLines(found, output)) output.result(line);
  output.event('report', { ...found });
  return 0;
}
