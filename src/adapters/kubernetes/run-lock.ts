// A lock that keeps a second run, from whatever machine, away from what the first one works on: a Kubernetes Lease that
// names the run. It belongs to the run, not to a process, so it is kept while the run is interrupted or failed: a half
// finished run must not be joined by another. Nobody takes it away by waiting; no clock is compared.

import type { KubeClient, KubeObject, ObjectRef } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Json, JsonObject, Operator } from '../../engine/index.ts';
import { isOrphan, orphanMarks } from './orphan-lock.ts';

export interface RunLock {
  /** Name of the target, for messages. */
  readonly target: string;
  readonly namespace: string;
  readonly name: string;
  /** What a person types to take the Lease away by hand. */
  readonly deleteCommand: string;
}

export interface LockingRun {
  readonly runId: string;
  readonly by: Operator;
  readonly at: Date;
  /** Where the run's folder is or will be; absolute. Its parent exists. */
  readonly home: string;
  readonly signal: AbortSignal;
}

const runAnnotation = 'drctl.dev/run';
const holderAnnotation = 'drctl.dev/begun-by';

/** Nothing happens when this run has it already. RUN_LOCKED names the other run, who began it and when. */
export async function takeRunLock(kube: KubeClient, lock: RunLock, run: LockingRun): Promise<void> {
  if (await createLease(kube, lock, run)) return;
  const held = await kube.get(refOf(lock), run.signal);
  if (await isOrphan(held)) {
    const uid = held?.metadata['uid'];
    await kube.delete(refOf(lock), {
      ...(typeof uid === 'string' && { uid }),
      signal: run.signal,
    });
    if (await createLease(kube, lock, run)) return;
  }
  assertHeldBy(run.runId, lock, await kube.get(refOf(lock), run.signal));
}

/** False: there is one already. */
async function createLease(
  kube: KubeClient,
  { namespace, name }: RunLock,
  { runId, by, at, home, signal }: LockingRun,
): Promise<boolean> {
  const annotations = {
    [runAnnotation]: runId,
    [holderAnnotation]: `${by.user}@${by.host}`,
    ...(await orphanMarks(home, by.pid)),
  };
  // The API wants microseconds.
  const acquireTime = at.toISOString().replace('Z', '000Z');
  try {
    await kube.create(
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace, annotations },
        spec: { holderIdentity: runId, acquireTime },
      },
      signal,
    );
    return true;
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'CLIENT_CONFLICT') return false;
    throw error;
  }
}

/** For a run that took it when it began. RUN_LOCKED when it is another run's, or gone. */
export async function assertRunLock(
  kube: KubeClient,
  lock: RunLock,
  { runId, signal }: LockingRun,
): Promise<void> {
  const held = await kube.get(refOf(lock), signal);
  if (held !== undefined) return assertHeldBy(runId, lock, held);
  throw new DrctlError(
    'RUN_LOCKED',
    `The lock ${lock.namespace}/${lock.name} on ${lock.target} is gone: another run may have worked there since this run stopped`,
    {
      hint: 'Look at both sides first: what another run made, this one could destroy. --takeover takes the lock anew',
    },
  );
}

/** Nothing happens when it is another run's, or gone. */
export async function dropRunLock(
  kube: KubeClient,
  lock: RunLock,
  run: { readonly runId: string; readonly signal: AbortSignal },
): Promise<void> {
  const held = await kube.get(refOf(lock), run.signal);
  const holder = field(held?.['spec'], 'holderIdentity');
  const uid = held?.metadata['uid'];
  if (holder !== run.runId || typeof uid !== 'string') return;
  await kube.delete(refOf(lock), { uid, signal: run.signal });
}

function refOf({ namespace, name }: RunLock): ObjectRef {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace,
    name,
  };
}

function field(value: Json | undefined, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = (value as JsonObject)[name];
  return typeof found === 'string' ? found : undefined;
}

/** A Lease that went away between two looks counts as another's: asking again settles it. */
function assertHeldBy(runId: string, lock: RunLock, held: KubeObject | undefined): void {
  const annotations = held?.metadata['annotations'];
  const holder = field(annotations, runAnnotation);
  if (holder === runId) return;
  const place = `${lock.namespace}/${lock.name} on ${lock.target}`;
  if (holder === undefined) {
    throw new DrctlError('RUN_LOCKED', `Lease ${place} exists and is not a run's lock`, {
      hint: 'Look who made it, or give the lock of the runbook another name',
    });
  }
  const by = field(annotations, holderAnnotation) ?? 'somebody';
  const since = field(held?.['spec'], 'acquireTime') ?? 'an unknown time';
  throw new DrctlError(
    'RUN_LOCKED',
    `Run ${holder}, begun by ${by}, has not ended: it holds the lock ${place} since ${since}`,
    {
      hint: `Where it was begun, bring it to its end with "drctl resume ${holder}" or "drctl rollback ${holder}", which gives the lock back. Only if its state folder is lost for good: ${lock.deleteCommand}`,
    },
  );
}
