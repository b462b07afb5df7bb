// The single-writer lease of a run, as a row of files lease-1.json, lease-2.json, … The last one is the lease. A new
// one is created by link(2), which fails when the name exists: of any number of processes that want to follow the
// same holder exactly one succeeds. Lease files are never removed, so a name is never free again.
//
// Why not proper-lockfile, the library that is usual for this: it tells a stale lock by its age. A laptop that slept
// or a stopped process loses its lock while it lives, and a dead one keeps it until the time is over; and it frees a
// stale lock by removing it, where two processes can remove each other's. A run must never have two writers.

import { randomBytes } from 'node:crypto';
import { link, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DrctlError } from '../../engine/index.ts';
import type { LeaseHolder, Operator } from '../../engine/index.ts';
import { discard, errnoOf, syncFolder, writeDurably, writeNewFile } from './durable-files.ts';
import { identify, livenessOf } from './process-identity.ts';
import type { Liveness, ProcessIdentity } from './process-identity.ts';

/** Each lost race is a race that somebody else won; this many in a row do not happen by chance. */
const maxRaces = 100;

/** What link(2) answers on file systems that have no hard links: FAT, some network mounts. */
const withoutLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

interface LeaseFile extends LeaseHolder, ProcessIdentity {
  readonly releasedAt?: string;
}

export interface HeldLease {
  /** LEASE_LOST when another process took over. One system call. */
  assertHeld(): Promise<void>;
  /** Nothing happens when it was lost. */
  release(at: string): Promise<void>;
  /** The one before was neither released nor dead: its process may still be writing. */
  readonly tookOver: boolean;
}

export interface AcquireOptions {
  readonly folder: string;
  readonly runId: string;
  readonly by: Operator;
  readonly since: string;
  readonly takeover: boolean;
}

/** RUN_LOCKED names the holder. Throws system errors. */
export async function acquireLease(options: AcquireOptions): Promise<HeldLease> {
  const { folder, runId, by, since, takeover } = options;
  const mine: LeaseFile = { ...by, since, ...(await identify(by.pid)) };
  for (let race = 0; race < maxRaces; race += 1) {
    const number = await lastNumber(folder);
    const last = number === 0 ? undefined : await readLease(folder, number);
    const state = last === undefined ? 'free' : await stateOf(last);
    if (last !== undefined && (state === 'alive' || state === 'elsewhere') && !takeover) {
      throw lockedError(runId, last, state);
    }
    if (await createLease(folder, number + 1, mine)) {
      return heldLease(options, number + 1, {
        mine,
        tookOver: state !== 'free' && state !== 'dead',
      });
    }
  }
  throw new DrctlError('RUN_LOCKED', `Run ${runId} is wanted by other processes again and again`, {
    hint: `Run "drctl status ${runId}" to see who works on it`,
  });
}

/** Who holds it: nobody when the last holder released it or is dead. */
export async function leaseHolder(folder: string): Promise<LeaseHolder | undefined> {
  const number = await lastNumber(folder);
  if (number === 0) return undefined;
  const last = await readLease(folder, number);
  const state = await stateOf(last);
  if (state === 'free' || state === 'dead') return undefined;
  return { user: last.user, host: last.host, pid: last.pid, since: last.since };
}

function heldLease(
  { folder, runId }: AcquireOptions,
  number: number,
  { mine, tookOver }: { readonly mine: LeaseFile; readonly tookOver: boolean },
): HeldLease {
  const isLost = (): Promise<boolean> => fileExists(leasePath(folder, number + 1));
  return {
    tookOver,
    assertHeld: async () => {
      if (!(await isLost())) return;
      const who = describe(await readLease(folder, number + 1));
      throw new DrctlError('LEASE_LOST', `Run ${runId} was taken over by ${who}`, {
        hint: `Run "drctl status ${runId}" to see how it goes on there`,
      });
    },
    release: async (at) => {
      if (await isLost()) return;
      const released: LeaseFile = { ...mine, releasedAt: at };
      await writeDurably(leasePath(folder, number), `${JSON.stringify(released)}\n`);
    },
  };
}

/** False when another process was faster. */
async function createLease(folder: string, number: number, lease: LeaseFile): Promise<boolean> {
  const content = `${JSON.stringify(lease)}\n`;
  const temporary = join(folder, `.lease-${randomBytes(6).toString('hex')}`);
  try {
    // Linked when it is complete: no reader ever sees a lease without its holder.
    await writeNewFile(temporary, content);
    await link(temporary, leasePath(folder, number));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!withoutLinks.has(errnoOf(error))) throw error;
    // An exclusive create has one winner too; who reads it half written takes the run for locked, which is safe.
    if (!(await createExclusively(leasePath(folder, number), content))) return false;
  } finally {
    await discard(temporary);
  }
  await syncFolder(folder);
  return true;
}

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    await writeNewFile(path, content);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function stateOf(lease: LeaseFile): Promise<'free' | Liveness> {
  return lease.releasedAt === undefined ? livenessOf(lease) : 'free';
}

async function lastNumber(folder: string): Promise<number> {
  const names = await readdir(folder);
  const numbers = names.flatMap((name) => /^lease-(\d+)\.json$/.exec(name)?.[1] ?? []);
  return numbers.reduce((last, number) => Math.max(last, Number(number)), 0);
}

/** A damaged file stands for a holder elsewhere: nobody can be asked, and `takeover` is the way on. */
async function readLease(folder: string, number: number): Promise<LeaseFile> {
  const path = leasePath(folder, number);
  try {
    const lease = JSON.parse(await readFile(path, 'utf8')) as LeaseFile;
    if (typeof lease.host === 'string' && typeof lease.pid === 'number') return lease;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { user: 'unknown', host: `unknown (${path} is damaged)`, pid: 0, since: 'unknown' };
}

function lockedError(runId: string, holder: LeaseHolder, state: Liveness): DrctlError {
  return new DrctlError('RUN_LOCKED', `Run ${runId} is being worked on by ${describe(holder)}`, {
    hint:
      state === 'elsewhere'
        ? `When that process is gone, run "drctl unlock ${runId}"`
        : `Wait for that process to end; "drctl status ${runId}" shows how far it is`,
  });
}

function describe({ user, host, pid, since }: LeaseHolder): string {
  return `${user} on ${host}, pid ${pid}, since ${since}`;
}

function leasePath(folder: string, number: number): string {
  return join(folder, `lease-${number}.json`);
}

async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
