// A lock whose run never came to be: the process died between taking the Lease and creating the run. Only the machine on
// which that happened can tell that the process is dead, and only who can look into the run's state that there is no run.

import { hostname } from 'node:os';
import type { KubeObject } from '../../actions/ports.ts';
import { identify, livenessOf } from '../run-store/process-identity.ts';
import type { IdentifiedProcess } from '../run-store/process-identity.ts';

/** Named when runs lived in folders only; now an s3:// URI too. */
const homeAnnotation = 'drctl.dev/run-folder';
const processAnnotation = 'drctl.dev/process';

/** What a Lease says so that this machine can tell later whether its run was ever begun. `home`: see StateStore. */
export async function orphanMarks(home: string, pid: number): Promise<Record<string, string>> {
  return { [homeAnnotation]: home, [processAnnotation]: await markOf(pid) };
}

/** Whether the process of this machine took it, as far as the Lease says. */
export async function isTakenBy(lease: KubeObject | undefined, pid: number): Promise<boolean> {
  return annotationsOf(lease)[processAnnotation] === (await markOf(pid));
}

async function markOf(pid: number): Promise<string> {
  const taker: IdentifiedProcess = { host: hostname(), pid, ...(await identify(pid)) };
  return JSON.stringify(taker);
}

/** In doubt it is false: a lock of another machine, or whose run's state cannot be looked at, stays. */
export async function isOrphan(
  lease: KubeObject | undefined,
  wasBegun: (home: string) => Promise<boolean | undefined>,
): Promise<boolean> {
  const home = homeOf(lease);
  const process = takerOf(lease);
  if (home === undefined || process === undefined) return false;
  if ((await livenessOf(process)) !== 'dead') return false;
  return (await wasBegun(home)) === false;
}

/** Where the state of the Lease's run is: a path on the machine where it was begun, or an s3:// URI. */
export function homeOf(lease: KubeObject | undefined): string | undefined {
  const home = annotationsOf(lease)[homeAnnotation];
  return typeof home === 'string' ? home : undefined;
}

function annotationsOf(lease: KubeObject | undefined): Readonly<Record<string, unknown>> {
  return (lease?.metadata['annotations'] ?? {}) as Readonly<Record<string, unknown>>;
}

/** The process that took it; undefined where the Lease does not say. */
export function takerOf(lease: KubeObject | undefined): IdentifiedProcess | undefined {
  const taker = annotationsOf(lease)[processAnnotation];
  return typeof taker === 'string' ? decode(taker) : undefined;
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
