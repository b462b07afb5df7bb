// A run's folder as it lies there, for whoever checks it: nothing is written, nothing is mended, damage is handed on.

import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../../engine/index.ts';
import type { KeptFile, RunEvidence, StoreFinding } from '../../../engine/index.ts';
import { leaseName, leaseNumbers, missingLeases } from '../lease-record.ts';
import { createFileArtifactReader } from './artifacts.ts';
import { asUnreadable, errnoOf } from './durable-files.ts';

/** The folder must be there. FILE_UNREADABLE. */
export async function fileEvidence(folder: string): Promise<RunEvidence> {
  try {
    const names = await readdir(folder);
    const numbers = leaseNumbers(names);
    const leases = numbers.map((number) => keptFile(join(folder, leaseName(number))));
    return {
      journal: names.includes('journal.ndjson')
        ? keptFile(join(folder, 'journal.ndjson'))
        : undefined,
      leases,
      artifacts: createFileArtifactReader(join(folder, 'artifacts')),
      findings: [...missingLeases(folder, numbers), ...(await openToOthers(folder))],
    };
  } catch (error) {
    throw asUnreadable(error, folder);
  }
}

function keptFile(path: string): KeptFile {
  return {
    name: path,
    async *read() {
      try {
        yield* createReadStream(path) as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw asUnreadable(error, path);
      }
    },
  };
}

/** Its own folder keeps others out of everything below, whatever the modes there. */
export async function openToOthers(folder: string): Promise<readonly StoreFinding[]> {
  const { mode } = await lstat(folder);
  if ((mode & 0o077) === 0) return [];
  const open: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const below = await modeOf(join(folder, name));
    if (below !== undefined && (below & 0o077) !== 0) open.push(name);
  }
  const files =
    open.length === 0
      ? ''
      : `, with ${counted(open.length, 'file or folder', 'files and folders')} in it`;
  return [
    {
      severity: 'warning',
      message: `${folder} is open to other users (mode ${(mode & 0o777).toString(8)})${files}: it holds backups and values of whole clusters`,
      hint: `chmod -R go-rwx ${folder}`,
    },
  ];
}

/** Undefined: it is gone by now. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).mode;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
