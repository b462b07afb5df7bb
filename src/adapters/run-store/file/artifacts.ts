// The files of a run in a folder. A name appears only when its content is complete and on the disk.

import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactReader, ArtifactStore } from '../../../engine/index.ts';
import { fileChunks } from '../../file-chunks.ts';
import { checkedName, namesBelow, noArtifact } from '../artifact-name.ts';
import { createBlockWriter } from './block-writer.ts';
import {
  asUnwritable,
  discard,
  ensureFolder,
  errnoOf,
  fileMode,
  syncFoldersUpTo,
} from './durable-files.ts';

export interface FileArtifactOptions {
  /** Holds the artifacts under their names. */
  readonly folder: string;
  /** Holds what is being written; on the same file system as `folder`. */
  readonly partial: string;
  /** Throws when this process may not write any more. */
  assertHeld(): Promise<void>;
}

export function createFileArtifactReader(folder: string): ArtifactReader {
  return {
    async stat(name) {
      try {
        const found = await stat(join(folder, checkedName(name)));
        return found.isFile() ? { sizeBytes: found.size } : undefined;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async *read(name, range) {
      const path = join(folder, checkedName(name));
      try {
        yield* fileChunks(path, range);
      } catch (error) {
        if (!isAbsent(error) && errnoOf(error) !== 'EISDIR') throw error;
        throw noArtifact(name, error);
      }
    },
    async list(prefix) {
      return namesBelow(prefix, await namesIn(folder, ''));
    },
  };
}

export function createFileArtifactStore(options: FileArtifactOptions): ArtifactStore {
  const { folder, partial, assertHeld } = options;
  return {
    ...createFileArtifactReader(folder),
    async write(name, content) {
      const path = join(folder, checkedName(name));
      const temporary = join(partial, randomBytes(8).toString('hex'));
      try {
        await ensureFolder(partial);
        const written = await writeTemporary(temporary, content);
        await assertHeld();
        await ensureFolder(dirname(path));
        await rename(temporary, path);
        await syncFoldersUpTo(dirname(path), folder);
        return written;
      } catch (error) {
        await discard(temporary);
        throw asUnwritable(error, path);
      }
    },
    async remove(name) {
      const path = join(folder, checkedName(name));
      await assertHeld();
      try {
        await rm(path);
        await syncFoldersUpTo(dirname(path), folder);
      } catch (error) {
        if (!isAbsent(error)) throw asUnwritable(error, path);
      }
    },
  };
}

async function writeTemporary(
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const handle = await open(path, 'wx', fileMode);
  try {
    const blocks = createBlockWriter(handle);
    for await (const chunk of content) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      await blocks.write(chunk);
    }
    await blocks.flush();
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function namesIn(folder: string, prefix: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(join(folder, prefix), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const names: string[] = [];
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    if (entry.isFile()) names.push(name);
    // Links are not followed: nothing drctl writes is one, and they could lead out of the run.
    else if (entry.isDirectory()) names.push(...(await namesIn(folder, `${name}/`)));
  }
  return names;
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}
