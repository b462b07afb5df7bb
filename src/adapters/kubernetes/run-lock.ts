// A lock that keeps a second run, from whatever machine, away from what the first one works on: a Kubernetes Lease that
// names the run. It belongs to the run, not to a process, so it is kept while the run is interrupted or failed: a half
// finished run must not be joined by another. Nobody takes it away by waiting; no clock is compared.

import type { KubeClient, ObjectRef } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Json, JsonObject, Operator } from '../../engine/index.ts';

export interface RunLock {
  readonly namespace: string;
  readonly name: string;
}

const runAnnotation = 'drctl.dev/run';
const holderAnnotation = 'drctl.dev/begun-by';

/** True when it was taken just now, false when this run had it already. RUN_LOCKED names the other run and who began it. */
export async function takeRunLock(
  kube: KubeClient,
  lock: RunLock,
  run: {
    readonly runId: string;
    readonly by: Operator;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { runId, by, at, signal } = run;
  const { namespace, name } = lock;
  const annotations = { [runAnnotation]: runId, [holderAnnotation]: `${by.user}@${by.host}` };
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
    if (!(error instanceof DrctlError) || error.code !== 'CLIENT_CONFLICT') throw error;
  }
  const held = await kube.get(refOf(lock), signal);
  const holder = field(held?.metadata['annotations'], runAnnotation);
  if (holder === runId) return false;
  throw lockedBy(lock, holder, field(held?.metadata['annotations'], holderAnnotation));
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
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
}

function field(value: Json | undefined, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = (value as JsonObject)[name];
  return typeof found === 'string' ? found : undefined;
}

function lockedBy({ namespace, name }: RunLock, runId?: string, by?: string): DrctlError {
  const lease = `Lease ${namespace}/${name}`;
  if (runId === undefined) {
    return new DrctlError('RUN_LOCKED', `${lease} exists and is not a run's lock`, {
      hint: 'Look who made it, or give the lock of the runbook another name',
    });
  }
  return new DrctlError(
    'RUN_LOCKED',
    `Run ${runId}, begun by ${by ?? 'somebody'}, has not ended and holds ${lease}`,
    {
      hint: `Bring it to its end with "drctl resume ${runId}" or "drctl rollback ${runId}". If it is given up for good: kubectl -n ${namespace} delete lease ${name}`,
    },
  );
}
