// A lock that keeps a second run, from whatever machine, away from what the first one works on: a Kubernetes Lease that
// names the run. It belongs to the run, not to a process, so it is kept while the run is interrupted or failed: a half
// finished run must not be joined by another. Nobody takes it away by waiting; no clock is compared.

import type { KubeClient, KubeObject, ObjectRef } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Json, JsonObject, KubernetesPermission, Operator } from '../../engine/index.ts';
import { homeOf, isOrphan, isTakenBy, orphanMarks } from './orphan-lock.ts';

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
  readonly place: RunPlace;
  readonly signal: AbortSignal;
  /** By whom and when this run's own cleanup gave its locks back. */
  readonly cleanedUp?: { readonly by: string; readonly at: string } | undefined;
  /**
   * The run begins here. A saved plan gives its run the same id wherever it is applied, so a lock of that id which another
   * process took is another's.
   */
  readonly begins?: boolean;
}

/** What the state of this run, and that of others as far as it can be seen from here, has to do with locks. */
export interface RunPlace {
  /** Where this run's state is or will be: an absolute path or an s3:// URI. */
  readonly home: string;
  /** Whether a run was begun at a home; undefined: cannot be told from here. */
  wasBegun(home: string): Promise<boolean | undefined>;
  /** "at step …", of a run whose state is at a home; undefined: cannot be seen from here. */
  standing(home: string, runId: string): Promise<string | undefined>;
}

/** What taking, keeping and giving back a lock needs: what the functions below call. */
export function runLockPermissions(
  lock: Pick<RunLock, 'target' | 'namespace' | 'name'>,
): readonly KubernetesPermission[] {
  const ref = { ...leaseRefOf(lock), target: lock.target, system: 'kubernetes' as const };
  return ['get', 'create', 'delete'].map((verb) => ({ ...ref, verb }));
}

const runAnnotation = 'drctl.dev/run';
const holderAnnotation = 'drctl.dev/begun-by';

/** Nothing happens when this run has it already. RUN_LOCKED names the other run, who began it and when. */
export async function takeRunLock(kube: KubeClient, lock: RunLock, run: LockingRun): Promise<void> {
  if (await createLease(kube, lock, run)) return;
  const held = await kube.get(leaseRefOf(lock), run.signal);
  if (await isOrphan(held, run.place.wasBegun)) {
    const uid = held?.metadata['uid'];
    await kube.delete(leaseRefOf(lock), {
      ...(typeof uid === 'string' && { uid }),
      signal: run.signal,
    });
    if (await createLease(kube, lock, run)) return;
  }
  const found = await kube.get(leaseRefOf(lock), run.signal);
  // Its own answer may have been lost on the way.
  const isOwn = run.begins === true && (await isTakenBy(found, run.by.pid));
  await assertHeldBy({ ...run, begins: run.begins === true && !isOwn }, lock, found);
}

/** False: there is one already. */
async function createLease(
  kube: KubeClient,
  { namespace, name }: RunLock,
  { runId, by, at, place, signal }: LockingRun,
): Promise<boolean> {
  const annotations = {
    [runAnnotation]: runId,
    [holderAnnotation]: `${by.user}@${by.host}`,
    ...(await orphanMarks(place.home, by.pid)),
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

/**
 * For a run that is yet to begin: looks only, so that nobody is asked to approve what cannot begin. RUN_LOCKED when somebody
 * has it; that one which was never begun left it behind counts as free. `place` is asked for only where somebody holds the lock.
 */
export async function assertLockFree(
  kube: KubeClient,
  lock: RunLock,
  run: Omit<LockingRun, 'place' | 'at' | 'by'> & { place(): Promise<RunPlace> },
): Promise<void> {
  const held = await kube.get(leaseRefOf(lock), run.signal);
  if (held === undefined) return;
  const place = await run.place();
  if (await isOrphan(held, place.wasBegun)) return;
  await assertHeldBy({ runId: run.runId, place, begins: true }, lock, held);
}

/** For a run that took it when it began. RUN_LOCKED when it is another run's, or gone. */
export async function assertRunLock(
  kube: KubeClient,
  lock: RunLock,
  run: LockingRun,
): Promise<void> {
  const held = await kube.get(leaseRefOf(lock), run.signal);
  if (held !== undefined) return assertHeldBy(run, lock, held);
  if (run.cleanedUp !== undefined) {
    const { by, at } = run.cleanedUp;
    throw new DrctlError(
      'RUN_LOCKED',
      `The lock ${lock.namespace}/${lock.name} on ${lock.target} was given back by the cleanup of this run (${by}, ${at})`,
      {
        hint: 'Another run may have worked there since: look at both sides first. --takeover takes the lock anew',
      },
    );
  }
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
  const held = await kube.get(leaseRefOf(lock), run.signal);
  const holder = field(held?.['spec'], 'holderIdentity');
  const uid = held?.metadata['uid'];
  if (holder !== run.runId || typeof uid !== 'string') return;
  await kube.delete(leaseRefOf(lock), { uid, signal: run.signal });
}

export function leaseRefOf({ namespace, name }: Pick<RunLock, 'namespace' | 'name'>): ObjectRef {
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
async function assertHeldBy(
  run: Pick<LockingRun, 'runId' | 'place' | 'begins'>,
  lock: RunLock,
  held: KubeObject | undefined,
): Promise<void> {
  const annotations = held?.metadata['annotations'];
  const holder = field(annotations, runAnnotation);
  if (holder === run.runId && run.begins !== true) return;
  const place = `${lock.namespace}/${lock.name} on ${lock.target}`;
  if (holder === undefined) {
    throw new DrctlError('RUN_LOCKED', `Lease ${place} exists and is not a run's lock`, {
      hint: 'Look who made it, or give the lock of the runbook another name',
    });
  }
  const by = field(annotations, holderAnnotation) ?? 'somebody';
  const since = field(held?.['spec'], 'acquireTime') ?? 'an unknown time';
  const home = homeOf(held);
  const standing = home === undefined ? undefined : await run.place.standing(home, holder);
  const at = standing === undefined ? '' : `; it is ${standing}`;
  throw new DrctlError(
    'RUN_LOCKED',
    `Run ${holder}, begun by ${by}, has not ended: it holds the lock ${place} since ${since}${at}`,
    {
      hint: `${howToEnd(holder, home)}, which gives the lock back. Only if its state is lost for good: ${lock.deleteCommand}`,
    },
  );
}

/** The commands name the place of its state, which need not be the one of this command. */
function howToEnd(holder: string, home: string | undefined): string {
  const end = `/runs/${holder}`;
  const parent = home?.endsWith(end) === true ? home.slice(0, -end.length) : undefined;
  const state = `--state ${parent === undefined || /\s/.test(parent) ? 'PLACE' : parent}`;
  const where = parent?.startsWith('s3://')
    ? 'From any machine'
    : `Where it was begun${parent === undefined ? '' : ` (its state is in ${parent})`}`;
  return `${where}, bring it to its end with "drctl resume ${state} ${holder}" or "drctl rollback ${state} ${holder}"`;
}
