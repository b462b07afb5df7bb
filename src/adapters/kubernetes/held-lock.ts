// What a lock in a cluster says about the run that holds it, for those who do not have the run's state.

import type { KubeClient, KubeObject } from '../../actions/ports.ts';
import { livenessOf } from '../run-store/process-identity.ts';
import { takerOf } from './orphan-lock.ts';
import { leaseRefOf } from './run-lock.ts';
import type { RunLock } from './run-lock.ts';

export interface HeldLock {
  readonly run: string;
  /** user@host */
  readonly by: string;
  /** RFC 3339 with microseconds, UTC. */
  readonly since: string;
  /** The run's folder, on the machine where it was begun. */
  readonly home: string | undefined;
  /** The process that took it is alive on this machine. */
  readonly isAliveHere: boolean;
}

/** Undefined where there is no Lease, or one that is not a run's lock. */
export async function readRunLock(
  kube: KubeClient,
  lock: Pick<RunLock, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<HeldLock | undefined> {
  const lease = await kube.get(leaseRefOf(lock), signal);
  const run = annotationOf(lease, 'drctl.dev/run');
  if (lease === undefined || run === undefined) return undefined;
  const taker = takerOf(lease);
  const spec = lease['spec'] as { readonly acquireTime?: string } | undefined;
  return {
    run,
    by: annotationOf(lease, 'drctl.dev/begun-by') ?? 'somebody',
    since: spec?.acquireTime ?? 'an unknown time',
    home: annotationOf(lease, 'drctl.dev/run-folder'),
    isAliveHere: taker !== undefined && (await livenessOf(taker)) === 'alive',
  };
}

function annotationOf(lease: KubeObject | undefined, name: string): string | undefined {
  const annotations = lease?.metadata['annotations'] as Record<string, unknown> | undefined;
  const value = annotations?.[name];
  return typeof value === 'string' ? value : undefined;
}
