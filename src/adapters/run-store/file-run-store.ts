// Runs as folders: <root>/runs/<run id>/ holds run.json (the header), journal.ndjson, lease-<n>.json and artifacts/.
// A run's folder appears complete, by one rename; from then on only the holder of its lease writes there.

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DrctlError, decodeJournal } from '../../engine/index.ts';
import type {
  ArtifactReader,
  Operator,
  RunHeader,
  RunLease,
  RunStore,
  System,
} from '../../engine/index.ts';
import {
  asUnreadable,
  asUnwritable,
  discard,
  ensureFolder,
  errnoOf,
  fileMode,
  syncFolder,
  writeNewFile,
} from './durable-files.ts';
import { createFileArtifactReader, createFileArtifactStore } from './file-artifacts.ts';
import { journalMissing, settleJournal } from './journal-file.ts';
import { createJournalWriter } from './journal-writer.ts';
import { acquireLease, leaseHolder } from './lease-files.ts';
import type { HeldLease } from './lease-files.ts';
import { decodeHeader } from './run-header.ts';

export interface FileRunStoreOptions {
  /** The state folder, absolute: ".drctl" of the working folder. Created when the first run is. */
  readonly root: string;
  readonly system: Pick<System, 'now'>;
  /** Told what was found damaged and passed over: a run without a header, a torn last line. */
  notice?(message: string): void;
}

export interface FileRunStore extends RunStore {
  /** For reading only, without a lease. */
  artifacts(runId: string): ArtifactReader;
  /** The absolute path that the run's folder has or will have; its parent is made when absent. STORE_UNWRITABLE. */
  home(runId: string): Promise<string>;
}

export function createFileRunStore(options: FileRunStoreOptions): FileRunStore {
  const { root, system } = options;
  const runs = join(root, 'runs');
  const notice = (message: string): void => options.notice?.(message);
  const now = (): Date => system.now();

  async function begin(runId: string, held: HeldLease): Promise<RunLease> {
    const folder = folderOf(runId);
    const path = join(folder, 'journal.ndjson');
    const end = await settleJournal({ path, copy: held.tookOver, notice });
    const writer = createJournalWriter({
      handle: await open(path, 'a', fileMode),
      path,
      end,
      now,
      assertHeld: held.assertHeld,
    });
    return {
      runId,
      append: writer.append,
      artifacts: createFileArtifactStore({
        folder: join(folder, 'artifacts'),
        partial: join(folder, 'partial'),
        assertHeld: held.assertHeld,
      }),
      async release() {
        await writer.close();
        await release(runId, held);
      },
    };
  }

  async function lease(runId: string, by: Operator, takeover: boolean): Promise<RunLease> {
    const folder = folderOf(runId);
    try {
      const since = now().toISOString();
      const held = await acquireLease({ folder, runId, by, since, takeover });
      try {
        return await begin(runId, held);
      } catch (error) {
        await release(runId, held);
        throw error;
      }
    } catch (error) {
      throw asUnwritable(error, folder);
    }
  }

  /** Never throws: on a full disk the error that stopped the run is the one to tell. */
  async function release(runId: string, held: HeldLease): Promise<void> {
    try {
      await held.release(now().toISOString());
    } catch (error) {
      const errno = errnoOf(error) ?? String(error);
      notice(`The lease of run ${runId} stays until this process ends: ${errno}`);
    }
  }

  async function header(runId: string): Promise<RunHeader> {
    const path = join(folderOf(runId), 'run.json');
    try {
      return decodeHeader(await readFile(path, 'utf8'), path);
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? notFound(runId, error) : asUnreadable(error, path);
    }
  }

  /** Throws RUN_NOT_FOUND for a text that is no run id, so that none can lead out of the folder. */
  function folderOf(runId: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,199}$/.test(runId)) throw notFound(runId);
    return join(runs, runId);
  }

  return {
    async home(runId) {
      const folder = folderOf(runId);
      try {
        await prepareRoot(root, runs);
      } catch (error) {
        throw asUnwritable(error, folder);
      }
      return folder;
    },

    async create(created) {
      const { runId, by } = created;
      const folder = folderOf(runId);
      const building = join(runs, `.new-${randomBytes(6).toString('hex')}`);
      try {
        await prepareRoot(root, runs);
        if (await exists(folder)) throw runExists(runId);
        await ensureFolder(join(building, 'artifacts'));
        await writeNewFile(join(building, 'run.json'), `${JSON.stringify(created, null, 2)}\n`);
        await writeNewFile(join(building, 'journal.ndjson'), '');
        await syncFolder(building);
        await renameToNew(building, folder, runId);
        await syncFolder(runs);
      } catch (error) {
        await discard(building);
        throw asUnwritable(error, folder);
      }
      return lease(runId, by, false);
    },

    async open(runId, { by, takeover = false }) {
      await header(runId);
      return lease(runId, by, takeover);
    },

    header,

    async *read(runId, readOptions = {}) {
      const folder = folderOf(runId);
      const path = join(folder, 'journal.ndjson');
      let torn: string | undefined;
      try {
        const content = createReadStream(path) as AsyncIterable<Uint8Array>;
        yield* decodeJournal(content, { name: path, torn: (text) => (torn = text) });
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw asUnreadable(error, path);
        await header(runId);
        throw journalMissing(path);
      }
      // While somebody writes, half a line is what a reader sees now and then, and no sign of a crash.
      if (torn !== undefined && (await leaseHolder(folder)) === undefined) readOptions.torn?.(torn);
    },

    async list() {
      const headers: RunHeader[] = [];
      for (const name of await runNames(runs)) {
        try {
          headers.push(await header(name));
        } catch (error) {
          notice(`Run ${name} is passed over: ${error instanceof Error ? error.message : ''}`);
        }
      }
      return headers.sort((one, other) => (one.runId < other.runId ? 1 : -1));
    },

    async holder(runId) {
      await header(runId);
      return leaseHolder(folderOf(runId));
    },

    artifacts: (runId) => createFileArtifactReader(join(folderOf(runId), 'artifacts')),
  };
}

/** Backups and values of whole clusters end up below the root: it is kept out of version control from the start. */
async function prepareRoot(root: string, runs: string): Promise<void> {
  await ensureFolder(runs);
  try {
    await writeNewFile(join(root, '.gitignore'), '*\n');
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** A folder that is not empty is never replaced by rename(2): of two processes one is told that the run exists. */
async function renameToNew(building: string, folder: string, runId: string): Promise<void> {
  try {
    await rename(building, folder);
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(errnoOf(error) ?? '')) throw runExists(runId, error);
    throw error;
  }
}

async function runNames(runs: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw asUnreadable(error, runs);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function notFound(runId: string, cause?: unknown): DrctlError {
  return new DrctlError('RUN_NOT_FOUND', `There is no run "${runId}"`, {
    hint: 'Run "drctl runs" for the list, or name its folder with --state',
    cause,
  });
}

function runExists(runId: string, cause?: unknown): DrctlError {
  return new DrctlError('RUN_EXISTS', `There is a run "${runId}" already`, {
    hint: `Run "drctl resume ${runId}" to go on with it`,
    cause,
  });
}
