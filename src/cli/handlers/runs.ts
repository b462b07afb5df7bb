// drctl runs.

import type { RunHeader, RunState } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { tableLines } from '../views/table.ts';

export async function listRuns(args: StateArgs, cli: Cli): Promise<number> {
  const store = await openStore(args, cli);
  const { output } = cli;
  const rows: string[][] = [];
  for (const header of await store.list()) {
    const busy = (await store.holder(header.runId)) !== undefined;
    const state = await readable(() => readState(store, header.runId));
    const word = stateWord(state, busy);
    rows.push([
      header.runId,
      `${header.runbook.name} ${header.runbook.version}`,
      word,
      begunBy(header),
    ]);
    output.event('run', {
      runId: header.runId,
      runbook: header.runbook,
      createdAt: header.createdAt,
      by: header.by,
      state: word,
    });
  }
  if (rows.length === 0) {
    output.result('There are no runs here yet. Begin one with "drctl apply RUNBOOK"');
    return 0;
  }
  for (const line of tableLines(['RUN', 'RUNBOOK', 'STATE', 'BEGUN BY'], rows, output.style)) {
    output.result(line);
  }
  return 0;
}

/** One damaged journal must not hide the other runs. */
async function readable(read: () => Promise<RunState>): Promise<RunState | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** How a run stands, in a word or two. `state` undefined: its journal is damaged. */
export function stateWord(state: RunState | undefined, busy: boolean): string {
  if (state === undefined) return 'damaged';
  const { outcome, rollback } = state;
  if (outcome === 'rolled-back' && rollback?.to !== undefined)
    return `rolled-back to ${rollback.to}`;
  if (outcome !== undefined) return outcome;
  if (busy) return state.status === 'rolling-back' ? 'rolling back' : 'running';
  return state.status === 'new' ? 'not begun' : 'unfinished';
}

function begunBy({ by, createdAt }: RunHeader): string {
  return `${by.user}@${by.host} ${createdAt}`;
}
