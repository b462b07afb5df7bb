// Where runs live: --state, then DRCTL_STATE, then .drctl in the working folder. A folder, or a place in S3 from which
// another machine can go on.

import path from 'node:path';
import type { RunPlace, StateStore } from '../adapters/index.ts';
import {
  DrctlError,
  createFold,
  digestRecord,
  emptyJournal,
  isOver,
  standingOf,
} from '../engine/index.ts';
import type { JournalRecord, RunHeader, RunState } from '../engine/index.ts';
import type { Cli } from './command.ts';

export interface StateArgs {
  readonly state?: string | undefined;
}

/** Contacts nothing yet. USAGE for a place that cannot hold runs. Connections are closed when the command ends. */
export async function openStore(args: StateArgs, cli: Cli): Promise<StateStore> {
  const named = args.state ?? cli.io.env['DRCTL_STATE'] ?? '';
  const adapters = await import('../adapters/index.ts');
  const system = adapters.createSystem();
  const notice = (message: string): void => {
    cli.output.event('notice', { severity: 'warning', message });
    cli.output.note(cli.output.noteStyle.warn(`warning: ${message}`));
  };
  const slip = /^s3:(?!\/\/)\/?(.*)$/i.exec(named);
  if (slip !== null) {
    throw new DrctlError('USAGE', `"${named}" is no place for the state of runs`, {
      hint: `Did you mean s3://${slip[1]}? A folder of that name would be ./${named}`,
    });
  }
  const [, scheme] = /^([a-z0-9]+):\/\//i.exec(named) ?? [];
  if (scheme === undefined) {
    const root = path.resolve(cli.io.cwd, named === '' ? '.drctl' : named);
    return adapters.createFileRunStore({ root, system, notice });
  }
  if (scheme !== 's3') {
    throw new DrctlError('USAGE', `--state ${named}: only folders and S3 can hold runs`, {
      hint: 'Name a folder, for example --state /mnt/shared/drctl, or a bucket: --state s3://my-bucket/drctl',
    });
  }
  const store = adapters.createS3RunStore({ uri: named, system, notice });
  cli.atEnd(() => store.close());
  return store;
}

/** The run that was named, or the newest. RUN_NOT_FOUND. */
export async function findRun(store: StateStore, runId: string | undefined): Promise<RunHeader> {
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

/** The run that was named, the newest that has not ended, or else the newest. RUN_NOT_FOUND. */
export async function findUnfinished(
  store: StateStore,
  runId: string | undefined,
): Promise<RunHeader> {
  if (runId !== undefined) return store.header(runId);
  const headers = await store.list();
  for (const header of headers) {
    if (await isUnfinished(store, header.runId)) return header;
  }
  const [newest] = headers;
  if (newest === undefined) throw noRuns();
  return newest;
}

/** What the journal says now; needs no lease. */
export async function readState(
  store: StateStore,
  runId: string,
  torn?: (notice: string) => void,
): Promise<RunState> {
  return (await readJournal(store, runId, torn)).state;
}

export interface JournalNow {
  readonly state: RunState;
  readonly lines: number;
  /** "sha256:…" of the last line: noted elsewhere, it shows later whether the journal was written anew. */
  readonly head: string;
}

/** As `readState`, with where the journal ends. */
export async function readJournal(
  store: StateStore,
  runId: string,
  torn?: (notice: string) => void,
): Promise<JournalNow> {
  // Folded while it is read, so that a long history need not fit into memory.
  const run = createFold();
  let last: JournalRecord | undefined;
  for await (const record of store.read(runId, torn === undefined ? {} : { torn })) {
    run.add(record);
    last = record;
  }
  const { state } = run;
  if (state.runId !== undefined && state.runId !== runId) {
    throw new DrctlError(
      'RUN_MISMATCH',
      `The journal of run ${runId} is that of run ${state.runId}`,
      {
        hint: 'Put its own journal back; a copied one says nothing about this run',
      },
    );
  }
  const head = last === undefined ? emptyJournal.previous : digestRecord(last);
  return { state, lines: state.seq, head };
}

/** Has begun, and has neither succeeded nor been rolled back as a whole. A run whose journal is damaged counts as unfinished. */
export async function isUnfinished(store: StateStore, runId: string): Promise<boolean> {
  try {
    return !isOver(await readState(store, runId));
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

/** For the locks of a run. STORE_UNWRITABLE. */
export async function placeOf(store: StateStore, runId: string): Promise<RunPlace> {
  return {
    home: await store.home(runId),
    wasBegun: (home) => store.wasBegun(home),
    standing: async (home, other) => {
      try {
        const isHere = home === (await store.home(other));
        return isHere ? standingOf(await readState(store, other)) : undefined;
      } catch {
        // Only for the message about the lock, which stands without it.
        return undefined;
      }
    },
  };
}
