// The file of a saved plan: written whole or not at all, for its owner only, and never over anything else.

import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DrctlError, encodeSavedPlan, looksLikePlan } from '../../engine/index.ts';
import type { SavedPlan } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { MAX_PLAN_BYTES } from './read-file.ts';

/** So much of a file as tells whether it is a plan: its kind comes first. */
const HEAD_BYTES = 4096;

/** Where the plan will be, absolute. FILE_UNWRITABLE: asked before the world is read, which may take minutes. */
export async function placeForPlan(file: string, cli: Cli): Promise<string> {
  const absolute = path.resolve(cli.io.cwd, file);
  try {
    const found = await realpath(absolute).catch(absent);
    if (found === undefined) {
      const folder = path.dirname(absolute);
      if (!(await stat(folder)).isDirectory()) throw unwritable(file, `${folder} is no folder`);
      await access(folder, constants.W_OK | constants.X_OK);
      return absolute;
    }
    await assertReplaceable(file, found);
    await access(path.dirname(found), constants.W_OK | constants.X_OK);
    return found;
  } catch (error) {
    throw asUnwritable(file, error);
  }
}

/** FILE_UNWRITABLE; PLAN_INVALID where a plan cannot be kept. */
export async function writePlan(
  file: string,
  saved: Omit<SavedPlan, 'kind' | 'format' | 'checksum'>,
  cli: Cli,
): Promise<void> {
  const text = encodeSavedPlan(saved);
  if (Buffer.byteLength(text) > MAX_PLAN_BYTES) {
    throw new DrctlError('PLAN_INVALID', `The plan is larger than ${MAX_PLAN_BYTES} bytes`, {
      hint: 'Apply the runbook itself; its plan cannot be kept',
    });
  }
  const { writeDurably } = await import('../../adapters/index.ts');
  // Once more: planning may have taken minutes.
  const place = await placeForPlan(file, cli);
  cli.stops.abort.throwIfAborted();
  try {
    await writeDurably(place, text);
  } catch (error) {
    throw asUnwritable(file, error);
  }
}

/** An empty file has nothing to lose: mktemp makes such. */
async function assertReplaceable(file: string, found: string): Promise<void> {
  const now = await stat(found);
  if (now.isDirectory()) throw unwritable(file, 'it is a folder');
  if (!now.isFile()) throw unwritable(file, 'it is no ordinary file');
  if (now.size > 0 && !looksLikePlan(await headOf(found))) {
    throw unwritable(
      file,
      'there is another file of that name, which is no plan',
      'Name another file, or remove that one: only an older plan is replaced',
    );
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

function asUnwritable(file: string, error: unknown): unknown {
  if (error instanceof DrctlError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  return unwritable(file, reasons[code] ?? code, hints[code] ?? 'Name another file', error);
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

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Make the folder first, or name another file',
  ENOTDIR: 'Make the folder first, or name another file',
  ENOSPC: 'Make room, and plan again',
  EDQUOT: 'Make room, and plan again',
};

function unwritable(
  file: string,
  because: string,
  hint = 'Name another file',
  cause?: unknown,
): DrctlError {
  return new DrctlError('FILE_UNWRITABLE', `The plan cannot be written to ${file}: ${because}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
