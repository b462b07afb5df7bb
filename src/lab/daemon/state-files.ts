// The files that mark a folder as a running lab: lab.json says where it answers, control.token lets its owner in.
// A folder whose process is gone is stale: it may be used again, after saying so.

import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../lab-types.ts';

export interface LabState {
  readonly format: 1;
  readonly pid: number;
  readonly controlPort: number;
  readonly startedAt: string;
}

const STATE_FILE = 'lab.json';
const TOKEN_FILE = 'control.token';

/** Writes a file that only its owner may read, also when it was there with other permissions. */
export async function writePrivate(path: string, content: string | Buffer): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  await chmod(path, 0o600);
}

/** Makes the folder, and refuses one in which another lab is alive. */
export async function claimFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new LabError(
      `The lab's folder ${dir} cannot be made`,
      'Choose a folder you may write to',
      {
        cause: error,
      },
    );
  }
  const state = await readState(dir);
  if (state !== undefined && isAlive(state.pid) && state.pid !== process.pid) {
    throw new LabError(
      `A lab is already running in ${dir} (process ${state.pid}, since ${state.startedAt})`,
      'Stop it with "drctl lab down", or choose another folder',
    );
  }
  await releaseFolder(dir);
  await rm(serversFolder(dir), { recursive: true, force: true });
  await mkdir(logsFolder(dir), { recursive: true, mode: 0o700 });
}

/** What real servers keep: each lab begins with none of it. */
export function serversFolder(dir: string): string {
  return join(dir, 'servers');
}

/** Logs of real servers; they stay when the lab is down. */
export function logsFolder(dir: string): string {
  return join(serversFolder(dir), 'logs');
}

/** The data of real servers: databases with the Secrets of whole clusters, and the keys to them. */
export async function removeServerData(dir: string): Promise<void> {
  for (const entry of await entriesOf(serversFolder(dir))) {
    const path = join(serversFolder(dir), entry);
    if (path !== logsFolder(dir)) await rm(path, { recursive: true, force: true });
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function markRunning(dir: string, state: LabState, token: string): Promise<void> {
  await writePrivate(join(dir, TOKEN_FILE), token);
  await writePrivate(join(dir, STATE_FILE), `${JSON.stringify(state, undefined, 2)}\n`);
}

export async function releaseFolder(dir: string): Promise<void> {
  await rm(join(dir, STATE_FILE), { force: true });
  await rm(join(dir, TOKEN_FILE), { force: true });
}

/** Removes what a lab left whose process ended without stopping in order. False: there is none of that kind. */
export async function clearDeadLab(dir: string): Promise<boolean> {
  const state = await readState(dir);
  if (state === undefined || isAlive(state.pid)) return false;
  await removeServerData(dir);
  await releaseFolder(dir);
  return true;
}

/** undefined: no lab was started here, or it was stopped in order. LabError when the file is not ours. */
export async function readState(dir: string): Promise<LabState | undefined> {
  const text = await readOptional(join(dir, STATE_FILE));
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as LabState;
    if (state.format === 1 && Number.isInteger(state.pid)) return state;
  } catch {
    // Falls through to the error below: half a file says no more than a foreign one.
  }
  throw new LabError(
    `${join(dir, STATE_FILE)} is not a lab's state file`,
    'Choose another folder, or remove that file',
  );
}

export async function readToken(dir: string): Promise<string | undefined> {
  return (await readOptional(join(dir, TOKEN_FILE)))?.trim();
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LabError(`${path} cannot be read`, 'Check who owns the folder', { cause: error });
  }
}
