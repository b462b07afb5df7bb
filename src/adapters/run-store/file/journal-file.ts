// Readies a journal file for appending: reads it to its end, and cuts off a torn last line.

import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { DrctlError, createJournalDecoder, tornNotice } from '../../../engine/index.ts';
import type { JournalEnd } from '../../../engine/index.ts';
import { journalMissing } from '../run-id.ts';
import { discard, errnoOf, fileMode, syncFolder, writeNewFile } from './durable-files.ts';

const copyBufferBytes = 1024 * 1024;

export interface SettleOptions {
  readonly path: string;
  /**
   * Another process may still have the file open for writing: the journal goes on in a new file under the same name,
   * so that a late write of that process ends in the old file, which nobody reads.
   */
  readonly copy: boolean;
  notice(message: string): void;
}

/** Only for the holder of the lease. JOURNAL_CORRUPT, JOURNAL_VERSION; throws system errors. */
export async function settleJournal({ path, copy, notice }: SettleOptions): Promise<JournalEnd> {
  const runId = basename(dirname(path));
  const decoder = createJournalDecoder(path, runId);
  try {
    for await (const chunk of createReadStream(path)) decoder.push(chunk as Uint8Array);
  } catch (error) {
    throw errnoOf(error) === 'ENOENT' ? journalMissing(path, runId) : error;
  }
  const { tornBytes, ...end } = decoder.end();
  if (tornBytes > 0) {
    const kept = await keepTorn(path, end.sizeBytes, tornBytes);
    notice(`${tornNotice(path, tornBytes)}; its bytes are kept in ${kept}`);
  }
  if (tornBytes > 0 || copy) await replaceByCopy(path, end.sizeBytes);
  return end;
}

/** The cut-off bytes go to journal.torn-<n>, for whoever wants to know later what was being written. */
async function keepTorn(path: string, start: number, length: number): Promise<string> {
  const folder = dirname(path);
  const before = (await readdir(folder)).filter((name) => name.startsWith('journal.torn-')).length;
  const kept = join(folder, `journal.torn-${before + 1}`);
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    await readFully(handle, bytes, start);
    await writeNewFile(kept, bytes);
  } catch (error) {
    // On a full disk half of it would only take room; the journal itself still has the bytes.
    await discard(kept);
    throw error;
  } finally {
    await handle.close();
  }
  return basename(kept);
}

/** Replaces the file by a copy of its first bytes: at no moment is there less than a whole journal. */
async function replaceByCopy(path: string, sizeBytes: number): Promise<void> {
  const temporary = `${path}.next`;
  await rm(temporary, { force: true });
  const from = await open(path, 'r');
  try {
    const to = await open(temporary, 'wx', fileMode);
    try {
      for (let at = 0; at < sizeBytes; at += copyBufferBytes) {
        const bytes = Buffer.alloc(Math.min(copyBufferBytes, sizeBytes - at));
        await readFully(from, bytes, at);
        await to.writeFile(bytes);
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

async function readFully(handle: FileHandle, into: Uint8Array, start: number): Promise<void> {
  let done = 0;
  while (done < into.byteLength) {
    const { bytesRead } = await handle.read(into, done, into.byteLength - done, start + done);
    if (bytesRead === 0)
      throw new DrctlError('JOURNAL_CORRUPT', 'The journal shrank while it was read');
    done += bytesRead;
  }
}
