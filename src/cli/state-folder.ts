// Where runs live: --state, then DRCTL_STATE, then .drctl in the working folder.

import path from 'node:path';
import type { FileRunStore } from '../adapters/index.ts';
import { DrctlError, fold } from '../engine/index.ts';
import type { JournalRecord, RunHeader, RunState } from '../engine/index.ts';
import type { Cli } from './command.ts';

export interface StateArgs {
  readonly state?: string | undefined;
}

export function stateFolder(args: StateArgs, cli: Cli): string {
  const named = args.state ?? cli.io.env['DRCTL_STATE'] ?? '';
  if (/^[a-z0-9]+:\/\//i.test(named)) {
    throw new DrctlError('USAGE', `--state ${named}: only folders can hold runs`, {
      hint: 'Name a folder, for example --state /mnt/shared/drctl',
    });
  }
  return path.resolve(cli.io.cwd, named === '' ? '.drctl' : named);
}

export async function openStore(args: StateArgs, cli: Cli): Promise<FileRunStore> {
  const { createFileRunStore, createSystem } = await import('../adapters/index.ts');
  return createFileRunStore({
    root: stateFolder(args, cli),
    system: createSystem(),
    notice: (message) => {
      cli.output.event('notice', { severity: 'warning', message });
      cli.output.note(cli.output.noteStyle.warn(`warning: ${message}`));
    },
  });
}

/** The run that was named, or the newest. RUN_NOT_FOUND. */
export async function findRun(store: FileRunStore, runId: string | undefined): Promise<RunHeader> {
  if (runId !== undefined) return store.header(runId);
  const [newest] = await store.list();
  if (newest !== undefined) return newest;
  throw noRuns();
}

export function noRuns(): DrctlError {
  return new DrctlError('RUN_NOT_FOUND', 'There are no runs here yet', {
    hint: 'Begin one with "drctl apply RUNBOOK", or name its folder with --state',
  });
}

/** The run that was named, or the newest that has not ended. RUN_NOT_FOUND, RUN_FINISHED. */
export async function findUnfinished(
  store: FileRunStore,
  runId: string | undefined,
): Promise<RunHeader> {
  if (runId !== undefined) return store.header(runId);
  const headers = await store.list();
  for (const header of headers) {
    if (await isUnfinished(store, header.runId)) return header;
  }
  const [newest] = headers;
  if (newest === undefined) throw noRuns();
  throw new DrctlError('RUN_FINISHED', `Every run here has ended; the newest is ${newest.runId}`, {
    hint: `"drctl status ${newest.runId}" says how it ended`,
  });
}

/** What the journal says now; needs no lease. */
export async function readState(
  store: FileRunStore,
  runId: string,
  torn?: (notice: string) => void,
): Promise<RunState> {
  const records: JournalRecord[] = [];
  for await (const record of store.read(runId, torn === undefined ? {} : { torn })) {
    records.push(record);
  }
  const state = fold(records);
  if (state.runId !== undefined && state.runId !== runId) {
    throw new DrctlError(
      'RUN_MISMATCH',
      `The journal of run ${runId} is that of run ${state.runId}`,
      {
        hint: 'Put its own journal back; a copied one says nothing about this run',
      },
    );
  }
  return state;
}

/** Has begun, and has neither succeeded nor been rolled back. A run whose journal is damaged counts as unfinished. */
export async function isUnfinished(store: FileRunStore, runId: string): Promise<boolean> {
  try {
    const { outcome } = await readState(store, runId);
    return outcome !== 'succeeded' && outcome !== 'rolled-back';
  } catch (error) {
    return !(error instanceof DrctlError && error.code === 'RUN_NOT_FOUND') && !isNoFolder(error);
  }
}

/** Where the state folder itself cannot be made, no run has begun in it. */
function isNoFolder(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return true;
  }
  return false;
}
