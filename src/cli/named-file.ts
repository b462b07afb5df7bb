// A file that a person named for a document of drctl: written whole or not at all, for its owner only, and never over
// anything but an older document of the same kind.

import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DrctlError } from '../engine/index.ts';
import type { Cli } from './command.ts';

/** So much of a file as tells what it is. */
const HEAD_BYTES = 4096;

export interface DocumentKind {
  /** "The plan" */
  readonly title: string;
  /** "plan": what an older one is called. */
  readonly noun: string;
  /** What to do again once there is room: "plan again". */
  readonly again: string;
  /** By the first bytes of a file. */
  looksLike(head: string): boolean;
}

/** Where the document will be, absolute. FILE_UNWRITABLE: asked before work that may take minutes. */
export async function placeFor(kind: DocumentKind, file: string, cli: Cli): Promise<string> {
  const absolute = path.resolve(cli.io.cwd, file);
  try {
    const found = await realpath(absolute).catch(absent);
    if (found === undefined) {
      const folder = path.dirname(absolute);
      if (!(await stat(folder)).isDirectory())
        throw unwritable(kind, file, { because: `${folder} is no folder` });
      await access(folder, constants.W_OK | constants.X_OK);
      return absolute;
    }
    await assertReplaceable(kind, file, found);
    await access(path.dirname(found), constants.W_OK | constants.X_OK);
    return found;
  } catch (error) {
    throw asUnwritable(kind, file, error);
  }
}

/** FILE_UNWRITABLE. Nothing is written once the command was aborted. */
export async function writeNamed(
  kind: DocumentKind,
  { file, text }: { readonly file: string; readonly text: string },
  cli: Cli,
): Promise<void> {
  const { writeDurably } = await import('../adapters/index.ts');
  // Once more: what came between may have taken minutes.
  const place = await placeFor(kind, file, cli);
  cli.stops.abort.throwIfAborted();
  try {
    await writeDurably(place, text);
  } catch (error) {
    throw asUnwritable(kind, file, error);
  }
}

/** An empty file has nothing to lose: mktemp makes such. */
async function assertReplaceable(kind: DocumentKind, file: string, found: string): Promise<void> {
  const now = await stat(found);
  if (now.isDirectory()) throw unwritable(kind, file, { because: 'it is a folder' });
  if (!now.isFile()) throw unwritable(kind, file, { because: 'it is no ordinary file' });
  if (now.size > 0 && !kind.looksLike(await headOf(found))) {
    throw unwritable(kind, file, {
      because: `there is another file of that name, which is no ${kind.noun}`,
      hint: `Name another file, or remove that one: only an older ${kind.noun} is replaced`,
    });
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function asUnwritable(kind: DocumentKind, file: string, error: unknown): unknown {
  if (error instanceof DrctlError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const hints: Readonly<Record<string, string>> = {
    ENOENT: 'Make the folder first, or name another file',
    ENOTDIR: 'Make the folder first, or name another file',
    ENOSPC: `Make room, and ${kind.again}`,
    EDQUOT: `Make room, and ${kind.again}`,
  };
  const hint = hints[code] ?? 'Name another file';
  return unwritable(kind, file, { because: reasons[code] ?? code, hint, cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  ENAMETOOLONG: 'the name is too long',
};

function unwritable(
  { title }: DocumentKind,
  file: string,
  {
    because,
    hint = 'Name another file',
    cause,
  }: { readonly because: string; readonly hint?: string; readonly cause?: unknown },
): DrctlError {
  return new DrctlError('FILE_UNWRITABLE', `${title} cannot be written to ${file}: ${because}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
