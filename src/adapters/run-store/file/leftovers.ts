// What a process that was killed has left in the state folder: files under temporary names that nobody reads, and folders of
// runs that were never begun. Whoever comes next takes them away, so that they do not add up.

import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { discard, errnoOf } from './durable-files.ts';
import { livenessOf } from '../process-identity.ts';

const ofRuns = /^\.lease-|\.tmp-[0-9a-f]+$|\.next$|^partial$/;
const unborn = /^\.new-([0-9a-f]{8})-(\d+)-[0-9a-f]+$/;

/** Of one run, for the holder of its lease: a process whose lease is lost cannot complete what it was writing. Never throws. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (ofRuns.test(name)) await discard(join(folder, name));
  }
}

/** For the folder in which a process puts a new run together. */
export function nameUnborn(pid: number): string {
  return `.new-${machine()}-${pid}-${randomBytes(6).toString('hex')}`;
}

/** Runs that processes of this machine were putting together when they ended. Never throws. */
export async function removeUnborn(runs: string): Promise<void> {
  for (const name of await namesIn(runs)) {
    const [, host, pid] = unborn.exec(name) ?? [];
    if (host !== machine()) continue;
    const maker = { host: hostname(), pid: Number(pid) };
    if ((await livenessOf(maker)) === 'dead') await discard(join(runs, name));
  }
}

/** Names of hosts may hold what a name of a file may not. */
function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
