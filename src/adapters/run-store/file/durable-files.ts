// Files that are there completely or not at all, also after a power cut: temporary name, fsync, rename, fsync of the
// folder. Only the owner may read them: they hold plans, values and snapshots.

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DrctlError } from '../../../engine/index.ts';

export const fileMode = 0o600;
const folderMode = 0o700;

/** The errno of a failed system call ("ENOSPC"), or undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** STORE_UNWRITABLE with path and errno for a failed system call; any other error as it is. */
export function asUnwritable(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof DrctlError) return error;
  return new DrctlError('STORE_UNWRITABLE', `Cannot write ${path}: ${errno}`, {
    cause: error,
    hint: hintFor(errno),
  });
}

/** FILE_UNREADABLE with path and errno for a failed system call; any other error as it is. */
export function asUnreadable(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof DrctlError) return error;
  return new DrctlError('FILE_UNREADABLE', `Cannot read ${path}: ${errno}`, {
    cause: error,
    hint: 'A run can be read by the user who started it only; check who owns that file',
  });
}

/**
 * Creates the folder and those above it; nothing happens when it is there. Throws system errors. Without mkdir's own
 * `recursive`: that never comes back where the folder above answers ENOENT for ever, as /proc does.
 */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    const above = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || above === path) throw error;
    await ensureFolder(above);
    // Once more only: what is above is there now, whoever made it.
    await makeFolder(path);
  }
}

/** Somebody else may make it, or one above it, at the same time. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: folderMode });
  } catch (error) {
    if (!(await isFolder(path))) throw error;
  }
}

/** Throws system errors. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The complete text under its name, durable; replaces what was there. Throws system errors. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  try {
    await writeNewFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what was half made. Never throws: the error that made it necessary is the one to tell. */
export async function discard(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // What is left has a temporary name and is never read.
  }
}

/** A new file with this text, flushed to the disk. EEXIST when there is one. Its name is durable after `syncFolder`. */
export async function writeNewFile(path: string, text: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', fileMode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes names that were created in the folder or renamed into it durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot fsync a folder; they order renames on the server.
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EBADF'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** `syncFolder` for the folder and every one above it up to and with `top`. */
export async function syncFoldersUpTo(path: string, top: string): Promise<void> {
  for (let folder = path; folder.length >= top.length; folder = join(folder, '..')) {
    await syncFolder(folder);
    if (folder === top) return;
  }
}

function hintFor(errno: string): string {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return 'Make room on that disk, then run "drctl resume"';
  }
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') {
    return 'Give yourself write access to that folder, or name another one with --state';
  }
  return 'Check that disk, or name another folder with --state';
}
