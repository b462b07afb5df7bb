// Runs in S3, so that another machine can go on when this one is gone: <prefix>/runs/<run id>/ holds run.json (the
// header), journal/<number>.ndjson, lease-<n>.json, artifacts/ and digests/. A run is there when its header is. S3 shows
// a write to every reader as soon as it is answered, and lets exactly one of several "If-None-Match: *" writes win; that
// is all that is relied on.

import { DrctlError } from '../../../engine/index.ts';
import type { Operator, RunHeader, RunLease, System } from '../../../engine/index.ts';
import { createAwsConnection } from '../../aws/sdk.ts';
import type { AwsConnection } from '../../aws/sdk.ts';
import { folderHasRun } from '../folder-has-run.ts';
import { acquireLease, leaseHolder } from '../lease-record.ts';
import type { HeldLease } from '../lease-record.ts';
import { decodeHeader } from '../run-header.ts';
import { checkedRunId, isRunId, newestFirst, runExists, runNotFound } from '../run-id.ts';
import type { StateStore } from '../state-store.ts';
import { watchLease } from '../watch-lease.ts';
import { createArtifactReader, createArtifactStore } from './artifacts.ts';
import { assertConditional, assertPrivate } from './bucket.ts';
import { s3Evidence } from './evidence.ts';
import {
  beginJournal,
  createJournalWriter,
  fenceJournal,
  journalFolder,
  readJournal,
} from './journal.ts';
import type { JournalPlace } from './journal.ts';
import { leaseObjects } from './lease.ts';
import { parseLocation } from './location.ts';
import { asUnwritable, createStateObjects } from './objects.ts';

export interface S3RunStoreOptions {
  /** "s3://bucket/prefix" */
  readonly uri: string;
  /** By the AWS_… variables and the profile when absent. Closed with the store. */
  readonly connection?: AwsConnection;
  readonly system: Pick<System, 'now'>;
  /** Told what was passed over, and what cannot be seen of the bucket. */
  notice?(message: string): void;
}

const headersAtOnce = 16;

/** RUN_NOT_FOUND for what is no run id. */
const folderOf = (runId: string): string => `runs/${checkedRunId(runId)}/`;
const headerKey = (runId: string): string => `${folderOf(runId)}run.json`;

/** Does not connect. USAGE when the URI names no place in S3. */
export function createS3RunStore(options: S3RunStoreOptions): StateStore {
  const { system, connection = createAwsConnection({}) } = options;
  const location = parseLocation(options.uri);
  const objects = createStateObjects(connection, location);
  const notice = (message: string): void => options.notice?.(message);
  const now = (): Date => system.now();
  const leaseOf = (runId: string) => leaseObjects(objects, folderOf(runId));
  const journalOf = (runId: string): JournalPlace => ({
    objects,
    folder: journalFolder(folderOf(runId)),
  });
  const place = (runId: string) => ({ connection, location, objects, folder: folderOf(runId) });
  let isPrivate: Promise<void> | undefined;
  /** Once a process: nothing is written before. */
  const checkBucket = (): Promise<void> =>
    (isPrivate ??= assertPrivate(connection, location.bucket, notice));

  async function headerBytes(runId: string): Promise<Uint8Array> {
    const bytes = await objects.read(headerKey(runId));
    if (bytes === undefined) throw runNotFound(runId);
    return bytes;
  }

  async function header(runId: string): Promise<RunHeader> {
    const bytes = await headerBytes(runId);
    return decodeHeader(new TextDecoder().decode(bytes), objects.uri(headerKey(runId)));
  }

  async function begin(runId: string, held: HeldLease): Promise<RunLease> {
    const journal = journalOf(runId);
    const writer = createJournalWriter({ ...journal, ...(await fenceJournal(journal)), held, now });
    const watch = watchLease(held);
    return {
      runId,
      append: writer.append,
      lost: watch.lost,
      artifacts: createArtifactStore({ ...place(runId), assertHeld: held.assertHeld }),
      async release() {
        watch.stop();
        await writer.close();
        await release(runId, held);
      },
    };
  }

  async function lease(runId: string, by: Operator, takeover: boolean): Promise<RunLease> {
    const since = now().toISOString();
    const held = await acquireLease(leaseOf(runId), { runId, by, since, takeover });
    try {
      return await begin(runId, held);
    } catch (error) {
      await release(runId, held);
      throw error;
    }
  }

  /** Never throws: the error that stopped the run is the one to tell. */
  async function release(runId: string, held: HeldLease): Promise<void> {
    try {
      await held.release(now().toISOString());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notice(`The lease of run ${runId} stays until this process ends: ${why}`);
    }
  }

  /** The proof costs one write that must not succeed. */
  async function createHeader(created: RunHeader): Promise<void> {
    const { runId } = created;
    const bytes = Buffer.from(`${JSON.stringify(created, null, 2)}\n`);
    await beginJournal(journalOf(runId));
    if (!(await objects.create(headerKey(runId), bytes))) throw runExists(runId);
    try {
      await assertConditional(objects, headerKey(runId), bytes);
    } catch (error) {
      await objects.remove(headerKey(runId));
      throw error;
    }
  }

  async function writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      await checkBucket();
      return await work();
    } catch (error) {
      throw asUnwritable(error);
    }
  }

  return {
    create: (created) =>
      writing(async () => {
        if (await objects.exists(headerKey(created.runId))) throw runExists(created.runId);
        await createHeader(created);
        return lease(created.runId, created.by, false);
      }),

    async open(runId, { by, takeover = false }) {
      const bytes = await headerBytes(runId);
      return writing(async () => {
        await assertConditional(objects, headerKey(runId), bytes);
        return lease(runId, by, takeover);
      });
    },

    header,

    async *read(runId) {
      try {
        yield* readJournal(journalOf(runId));
      } catch (error) {
        // Without a header there is no run, and no journal that could be damaged.
        if (error instanceof DrctlError && error.code === 'JOURNAL_CORRUPT') await header(runId);
        throw error;
      }
    },

    async list() {
      const headers: RunHeader[] = [];
      const ids = (await objects.folders('runs/')).filter(isRunId);
      for (let start = 0; start < ids.length; start += headersAtOnce) {
        const some = ids.slice(start, start + headersAtOnce);
        const found = await Promise.all(some.map((runId) => readable(runId)));
        headers.push(...found.flatMap((one) => one ?? []));
      }
      return newestFirst(headers);
    },

    async holder(runId) {
      await header(runId);
      return leaseHolder(leaseOf(runId));
    },

    async evidence(runId) {
      const folder = folderOf(runId);
      // Also without its header: what is left of a run is what is to be looked at.
      if ((await objects.list(folder)).length === 0) throw runNotFound(runId);
      return s3Evidence({ objects, folder, artifacts: createArtifactReader(place(runId)) });
    },

    artifacts: (runId) => createArtifactReader(place(runId)),

    check: () => writing(() => Promise.resolve()),

    home: (runId) => writing(async () => objects.uri(folderOf(runId).replace(/\/$/, ''))),

    async wasBegun(home) {
      const runs = objects.uri('runs/');
      if (!home.startsWith('s3://')) return folderHasRun(home);
      const runId = home.startsWith(runs) ? home.slice(runs.length) : '';
      return isRunId(runId) ? objects.exists(headerKey(runId)) : undefined;
    },

    close: () => connection.close(),
  };

  /** One damaged header must not hide the other runs; without one there is no run (yet). */
  async function readable(runId: string): Promise<RunHeader | undefined> {
    try {
      return await header(runId);
    } catch (error) {
      const code = error instanceof DrctlError ? error.code : undefined;
      if (code === 'RUN_NOT_FOUND') return undefined;
      if (code !== 'JOURNAL_CORRUPT' && code !== 'JOURNAL_VERSION') throw error;
      notice(`Run ${runId} is passed over: ${error instanceof Error ? error.message : ''}`);
      return undefined;
    }
  }
}
