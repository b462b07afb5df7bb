// The runbook's locks around a run: taken before its first effect, given back when it has reached an end that needs
// nobody any more, or was given up. A run that failed or was interrupted keeps them; when it finds one gone, it does not go on unasked.

import type { KubeClient } from '../actions/index.ts';
import {
  DrctlError,
  invariant,
  isOver,
  patiently,
  renderValue,
  withDeadline,
} from '../engine/index.ts';
import type { NeededPermission, Operator, RunResult, RunState, Scope } from '../engine/index.ts';
import type { LockingRun, RunLock, RunPlace } from '../adapters/index.ts';
import { kubectl } from './kubectl.ts';
import type { OpenSession } from './session.ts';

export interface Placed {
  readonly lock: RunLock;
  readonly kube: KubeClient;
}

export interface LockOptions {
  readonly by: Operator;
  /** Take anew what this run should still hold and does not. */
  readonly takeover: boolean;
  /** Where this run's state is or will be, and that of the runs that hold the locks. */
  readonly place: () => Promise<RunPlace>;
  /** Has begun, and has not come to an end that gives its locks back. */
  readonly isUnderWay: () => Promise<boolean>;
  /** By whom and when this run, which is under way, was cleaned up. */
  readonly cleanedUp: () => Promise<RunState['cleanedUp']>;
  /** A lock whose server does not answer is told of and passed over: what is on other clusters must not wait for it. */
  readonly passOverGone?: boolean;
  /** The run is yet to be created. */
  readonly begins?: boolean;
}

/** RUN_LOCKED. When `work` throws while the run is not under way, its locks are given back. */
export async function withLocks(
  opened: OpenSession,
  options: LockOptions,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  const { by, takeover, place, isUnderWay, cleanedUp, passOverGone = false } = options;
  const { assertRunLock, takeRunLock } = await import('../adapters/index.ts');
  const { runId, signal, system } = opened.session;
  const placed = await placeLocks(opened);
  const mustHold = !takeover && placed.length > 0 && (await isUnderWay());
  const given = mustHold ? await cleanedUp() : undefined;
  const held: Placed[] = [];
  let result: RunResult;
  try {
    for (const one of placed) {
      const { kube, lock } = one;
      const at = system.now();
      const run: LockingRun = {
        runId,
        by,
        at,
        place: await place(),
        signal,
        cleanedUp: given,
        begins: options.begins ?? false,
      };
      try {
        await patiently({ system, signal }, () =>
          mustHold ? assertRunLock(kube, lock, run) : takeRunLock(kube, lock, run),
        );
        held.push(one);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        if (!passOverGone) throw unreachableLock(lock.target, error);
        const message = `The lock ${lock.name} on ${lock.target} cannot be looked at: ${error.message}`;
        opened.session.emit({ type: 'notice', severity: 'warning', message });
      }
    }
    result = await work();
  } catch (error) {
    if (held.length > 0 && !(await isUnderWay())) await giveBack(opened, held);
    throw error;
  }
  if (isOver(result.state) || result.outcome === 'cleaned-up') await giveBack(opened, held);
  return result;
}

/** A lock that cannot be looked at now is no reason to stop: it is taken before anything is done. */
const LOOK_TIMEOUT_MS = 15_000;

/** For a run that is yet to be planned: RUN_LOCKED when another has one of its locks. */
export async function assertLocksFree(
  opened: OpenSession,
  place: () => Promise<RunPlace>,
): Promise<void> {
  const { assertLockFree } = await import('../adapters/index.ts');
  const { runId, signal } = opened.session;
  const deadline = { ms: LOOK_TIMEOUT_MS, signal, subject: 'looking at the locks' };
  try {
    await withDeadline(deadline, async (limited) => {
      for (const { lock, kube } of await placeLocks(opened, () => undefined)) {
        await assertLockFree(kube, lock, { runId, place, signal: limited });
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DrctlError && error.code === 'RUN_LOCKED') throw error;
  }
}

/** Of those that this run holds, whoever is at work there now. Never fails: what could not be given back is told. */
export async function giveBackLocks(opened: OpenSession): Promise<void> {
  await giveBack(opened, await placeLocks(opened));
}

/** The server's address alone tells nobody at night which side is away. */
function unreachableLock(target: string, cause: DrctlError): DrctlError {
  return new DrctlError(cause.code, `Target "${target}" does not answer: ${cause.message}`, {
    cause,
    hint: `If it is only away, try again later. If it is gone for good: --unavailable ${target}`,
  });
}

function isUnreachable(error: unknown): error is DrctlError {
  return error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE';
}

const DROP_TIMEOUT_MS = 15_000;

/** Never fails: how the run ended does not depend on a server that may be gone for good. */
async function giveBack(opened: OpenSession, placed: readonly Placed[]): Promise<void> {
  const { dropRunLock } = await import('../adapters/index.ts');
  const { runId, emit, system } = opened.session;
  await Promise.all(
    placed.map(async ({ lock, kube }) => {
      try {
        // Also after a second Ctrl-C: nothing else would give them back.
        const signal = AbortSignal.timeout(DROP_TIMEOUT_MS);
        await patiently({ system, signal }, () => dropRunLock(kube, lock, { runId, signal }));
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        const message = `The lock ${lock.namespace}/${lock.name} on ${lock.target} could not be given back (${because}). Once that cluster answers: ${lock.deleteCommand}`;
        emit({ type: 'notice', severity: 'warning', message });
      }
    }),
  );
}

/** The runbook's locks on the targets that were not given up, with connections to them. */
export async function placeLocks(
  opened: OpenSession,
  notTaken: (message: string) => void = (message) =>
    opened.session.emit({ type: 'notice', severity: 'warning', message }),
): Promise<readonly Placed[]> {
  const { session, connections, scope } = opened;
  const placed: Placed[] = [];
  for (const { target, namespace, name } of session.runbook.locks) {
    if (session.unavailable.includes(target)) {
      notTaken(`The lock ${rendered(name, scope)} is not taken: target "${target}" was given up`);
      continue;
    }
    const place = {
      namespace: rendered(namespace, scope),
      name: rendered(name, scope),
    };
    placed.push({
      lock: {
        target,
        ...place,
        deleteCommand: `${kubectl(opened.targets, target)} -n ${place.namespace} delete lease ${place.name}`,
      },
      kube: await connections.kube(target),
    });
  }
  return placed;
}

/** What the runbook's locks need, on the targets that were not given up. */
export async function lockPermissions({
  session,
  scope,
}: OpenSession): Promise<readonly NeededPermission[]> {
  const { runLockPermissions } = await import('../adapters/index.ts');
  const locks = session.runbook.locks.map(({ target, namespace, name }) => ({
    target,
    namespace: rendered(namespace, scope),
    name: rendered(name, scope),
  }));
  return locks.flatMap((lock) =>
    runLockPermissions(lock).map((permission) => ({
      permission,
      uses: [{ as: 'lock' as const, id: lock.name }],
    })),
  );
}

/** The loader refuses references to steps in locks, so the value is known. */
function rendered(template: string, scope: Scope): string {
  const found = renderValue(template, scope);
  invariant(found.known && typeof found.value === 'string', `The lock "${template}" is not text`);
  return found.value;
}
