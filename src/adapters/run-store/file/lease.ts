// The single-writer lease of a run in a folder, as a row of files lease-1.json, lease-2.json, … The last one is the
// lease. A new one is created by link(2), which fails when the name exists: of any number of processes that want to
// follow the same holder exactly one succeeds. Lease files are never removed, so a name is never free again.
//
// Why not proper-lockfile, the library that is usual for this: it tells a stale lock by its age. A laptop that slept
// or a stopped process loses its lock while it lives, and a dead one keeps it until the time is over; and it frees a
// stale lock by removing it, where two processes can remove each other's. A run must never have two writers.

import { randomBytes } from 'node:crypto';
import { link, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeLease, encodeLease, lastLeaseNumber, leaseName } from '../lease-record.ts';
import type { LeaseRow } from '../lease-record.ts';
import {
  discard,
  errnoOf,
  exists,
  syncFolder,
  writeDurably,
  writeNewFile,
} from './durable-files.ts';

/** What link(2) answers on file systems that have no hard links: FAT, some network mounts. */
const withoutLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

/** Throws system errors. */
export function leaseFiles(folder: string): LeaseRow {
  const pathOf = (number: number): string => join(folder, leaseName(number));
  return {
    lastNumber: async () => lastLeaseNumber(await readdir(folder)),
    read: async (number) => decodeLease(await readFile(pathOf(number), 'utf8'), pathOf(number)),
    create: (number, record) => createLease(folder, pathOf(number), encodeLease(record)),
    exists: (number) => exists(pathOf(number)),
    replace: (number, record) => writeDurably(pathOf(number), encodeLease(record)),
  };
}

/** False when another process was faster. */
async function createLease(folder: string, path: string, content: string): Promise<boolean> {
  const temporary = join(folder, `.lease-${randomBytes(6).toString('hex')}`);
  try {
    // Linked when it is complete: no reader ever sees a lease without its holder.
    await writeNewFile(temporary, content);
    await link(temporary, path);
  } catch (error) {
    // ENOENT: who was faster has tidied up already, see leftovers.ts.
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) return false;
    if (!withoutLinks.has(errnoOf(error))) throw error;
    // An exclusive create has one winner too; who reads it half written takes the run for locked, which is safe.
    if (!(await createExclusively(path, content))) return false;
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
