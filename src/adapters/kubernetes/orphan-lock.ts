// A lock whose run never came to be: the process died between taking the Lease and creating the run's folder. Only the
// machine on which that happened can tell, and only while the state folder is there to look at.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { hostname } from 'node:os';
import type { KubeObject } from '../../actions/ports.ts';
import { identify, livenessOf } from '../run-store/process-identity.ts';
import type { IdentifiedProcess } from '../run-store/process-identity.ts';

const folderAnnotation = 'drctl.dev/run-folder';
const processAnnotation = 'drctl.dev/process';

/** What a Lease says so that this machine can tell later whether its run was ever begun. `home`: absolute. */
export async function orphanMarks(home: string, pid: number): Promise<Record<string, string>> {
  const taker: IdentifiedProcess = { host: hostname(), pid, ...(await identify(pid)) };
  return { [folderAnnotation]: home, [processAnnotation]: JSON.stringify(taker) };
}

/** In doubt it is false: a lock of another machine, or whose state folder cannot be seen, stays. */
export async function isOrphan(lease: KubeObject | undefined): Promise<boolean> {
  const annotations = lease?.metadata['annotations'] as Record<string, unknown> | undefined;
  const home = annotations?.[folderAnnotation];
  const taker = annotations?.[processAnnotation];
  if (typeof home !== 'string' || typeof taker !== 'string') return false;
  if (!existsSync(dirname(home)) || existsSync(home)) return false;
  const process = decode(taker);
  return process !== undefined && (await livenessOf(process)) === 'dead';
}

function decode(text: string): IdentifiedProcess | undefined {
  try {
    const value = JSON.parse(text) as Partial<IdentifiedProcess> | null;
    if (typeof value?.host !== 'string' || typeof value.pid !== 'number') return undefined;
    return { ...value, host: value.host, pid: value.pid };
  } catch {
    return undefined;
  }
}
