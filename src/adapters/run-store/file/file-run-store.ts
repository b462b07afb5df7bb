// Runs as folders: <root>/runs/<run id>/ holds run.json (the header), journal.ndjson, lease-<n>.json and artifacts/.
// A run's folder appears complete, by one rename; from then on only the holder of its lease writes there.

import { createReadStream } from 'node:fs';
import { open, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJournal } from '../../../engine/index.ts';
import type { Operator, RunHeader, RunLease, System } from '../../../engine/index.ts';
import { folderHasRun } from '../folder-has-run.ts';
import { acquireLease, leaseHolder } from '../lease-record.ts';
import type { HeldLease } from '../lease-record.ts';
import { damaged, decodeHeader } from '../run-header.ts';
import { checkedRunId, journalMissing, newestFirst, runExists, runNotFound } from '../run-id.ts';
import type { StateStore } from '../state-store.ts';
import { watchLease } from '../watch-lease.ts';
import {
  asUnreadable,
  asUnwritable,
  discard,
  ensureFolder,
  errnoOf,
  exists,
  fileMode,
  syncFolder,
  writeNewFile,
} from './durable-files.ts';
import { createFileArtifactReader, createFileArtifactStore } from './artifacts.ts';
import { fileEvidence, openToOthers } from './evidence.ts';
import { settleJournal } from './journal-file.ts';
import { createJournalWriter } from './journal-writer.ts';
import { leaseFiles } from './lease.ts';
import { nameUnborn, removeLeftovers, removeUnborn } from './leftovers.ts';

export interface FileRunStoreOptions {
  /** The state folder, absolute: ".drctl" of the working folder. Created when the first run is. */
  readonly root: string;
  readonly system: Pick<System, 'now'>;
  /** Told what was found damaged and passed over: a run without a header, a torn last line. */
  notice?(message: string): void;
}

export function createFileRunStore(options: FileRunStoreOptions): StateStore {
  const { root, system } = options;
  const runs = join(root, 'runs');
  const notice = (message: string): void => options.notice?.(message);
  const now = (): Date => system.now();

  async function begin(runId: string, held: HeldLease): Promise<RunLease> {
    const folder = folderOf(runId);
    const path = join(folder, 'journal.ndjson');
    await removeLeftovers(folder);
    const end = await settleJournal({ path, copy: held.tookOver, notice });
    const writer = createJournalWriter({
      handle: await open(path, 'a', fileMode),
      path,
      end,
      now,
      assertHeld: held.assertHeld,
    });
    const watch = watchLease(held);
    return {
      runId,
      append: writer.append,
      lost: watch.lost,
      artifacts: createFileArtifactStore({
        folder: join(folder, 'artifacts'),
        partial: join(folder, 'partial'),
        assertHeld: held.assertHeld,
      }),
      async release() {
        watch.stop();
        try {
          await writer.close();
        } catch (error) {
          // Every line that was acknowledged is on the disk; how the run ended does not depend on this.
          notice(
            `The journal of run ${runId} could not be closed: ${errnoOf(error) ?? String(error)}`,
          );
        }
        await release(runId, held);
      },
    };
  }

  async function lease(runId: string, by: Operator, takeover: boolean): Promise<RunLease> {
    const folder = folderOf(runId);
    try {
      for (const { message, hint } of await openToOthers(folder)) {
        notice([message, ...(hint === undefined ? [] : [hint])].join('; '));
      }
      const since = now().toISOString();
      const held = await acquireLease(leaseFiles(folder), { runId, by, since, takeover });
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
    const folder = folderOf(runId);
    const path = join(folder, 'run.json');
    try {
      return decodeHeader(await readFile(path, 'utf8'), path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw asUnreadable(error, path);
      // A folder appears with its header in it: where only the folder is left, somebody has taken the header away.
      throw (await exists(folder))
        ? damaged(path, error, ['it is missing'])
        : runNotFound(runId, error);
    }
  }

  /** RUN_NOT_FOUND. */
  const folderOf = (runId: string): string => join(runs, checkedRunId(runId));

  return {
    // A folder is made when something is written in it.
    check: () => Promise.resolve(),

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
      const building = join(runs, nameUnborn(by.pid));
      try {
        await prepareRoot(root, runs);
        await removeUnborn(runs);
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
      await removeUnborn(runs);
      return lease(runId, by, takeover);
    },

    header,

    async *read(runId, readOptions = {}) {
      const folder = folderOf(runId);
      const path = join(folder, 'journal.ndjson');
      let torn: string | undefined;
      try {
        const content = createReadStream(path) as AsyncIterable<Uint8Array>;
        yield* decodeJournal(content, { name: path, runId, torn: (text) => (torn = text) });
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw asUnreadable(error, path);
        await header(runId);
        throw journalMissing(path, runId);
      }
      // While somebody writes, half a line is what a reader sees now and then, and no sign of a crash.
      if (torn !== undefined && (await leaseHolder(leaseFiles(folder))) === undefined)
        readOptions.torn?.(torn);
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
      return newestFirst(headers);
    },

    async holder(runId) {
      await header(runId);
      return leaseHolder(leaseFiles(folderOf(runId)));
    },

    async evidence(runId) {
      const folder = folderOf(runId);
      if (!(await exists(folder))) throw runNotFound(runId);
      return fileEvidence(folder);
    },

    artifacts: (runId) => createFileArtifactReader(join(folderOf(runId), 'artifacts')),

    wasBegun: async (home) => folderHasRun(home),

    close: () => undefined,
  };
}

/** Backups and values of whole clusters end up below the root: it is kept out of version control from the start. */
async function prepareRoot(root: string, runs: string): Promise<void> {
  await ensureFolder(runs);
  const ignore = join(root, '.gitignore');
  try {
    await writeNewFile(ignore, '*\n');
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    // Who made it may have been killed before it wrote to it.
    if ((await stat(ignore)).size === 0) await writeFile(ignore, '*\n');
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
