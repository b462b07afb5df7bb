// The runbook's locks around a run: taken before its first effect, given back when it has reached an end that needs
// nobody any more. A run that failed or was interrupted keeps them; when it finds one gone, it does not go on unasked.

import type { KubeClient } from '../actions/index.ts';
import { invariant, renderValue } from '../engine/index.ts';
import type { Operator, RunResult, Scope } from '../engine/index.ts';
import type { LockingRun, RunLock } from '../adapters/index.ts';
import type { OpenSession } from './session.ts';

interface Placed {
  readonly lock: RunLock;
  readonly kube: KubeClient;
}

export interface LockOptions {
  readonly by: Operator;
  /** Take anew what this run should still hold and does not. */
  readonly takeover: boolean;
  /** Where the run's folder is or will be. */
  readonly home: () => Promise<string>;
  /** Has begun, and has not come to an end that gives its locks back. */
  readonly isUnderWay: () => Promise<boolean>;
}

/** RUN_LOCKED. When `work` throws while the run is not under way, its locks are given back. */
export async function withLocks(
  opened: OpenSession,
  { by, takeover, home, isUnderWay }: LockOptions,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  const { assertRunLock, takeRunLock } = await import('../adapters/index.ts');
  const { runId, signal, system } = opened.session;
  const placed = await placeLocks(opened);
  const mustHold = !takeover && placed.length > 0 && (await isUnderWay());
  const held: Placed[] = [];
  let result: RunResult;
  try {
    for (const one of placed) {
      const { kube, lock } = one;
      const run: LockingRun = { runId, by, at: system.now(), home: await home(), signal };
      if (mustHold) await assertRunLock(kube, lock, run);
      else await takeRunLock(kube, lock, run);
      held.push(one);
    }
    result = await work();
  } catch (error) {
    if (held.length > 0 && !(await isUnderWay())) await giveBack(opened, held);
    throw error;
  }
  if (result.outcome === 'succeeded' || result.outcome === 'rolled-back') {
    await giveBack(opened, held);
  }
  return result;
}

const DROP_TIMEOUT_MS = 15_000;

/** Never fails: how the run ended does not depend on a server that may be gone for good. */
async function giveBack(opened: OpenSession, placed: readonly Placed[]): Promise<void> {
  const { dropRunLock } = await import('../adapters/index.ts');
  const { runId, emit } = opened.session;
  await Promise.all(
    placed.map(async ({ lock, kube }) => {
      try {
        // Also after a second Ctrl-C: nothing else would give them back.
        await dropRunLock(kube, lock, {
          runId,
          signal: AbortSignal.timeout(DROP_TIMEOUT_MS),
        });
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        const message = `The lock ${lock.namespace}/${lock.name} on ${lock.target} could not be given back (${because}). Once that cluster answers: ${lock.deleteCommand}`;
        emit({ type: 'notice', severity: 'warning', message });
      }
    }),
  );
}

async function placeLocks(opened: OpenSession): Promise<readonly Placed[]> {
  const { session, connections, scope } = opened;
  const placed: Placed[] = [];
  for (const { target, namespace, name } of session.runbook.locks) {
    if (session.unavailable.includes(target)) {
      const message = `The lock ${name} is not taken: target "${target}" was given up`;
      session.emit({ type: 'notice', severity: 'warning', message });
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
        deleteCommand: deleteCommand(opened, target, place),
      },
      kube: await connections.kube(target),
    });
  }
  return placed;
}

function deleteCommand(
  { targets }: OpenSession,
  target: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  const settings = targets.get(target)?.settings ?? {};
  const flags = ['kubeconfig', 'context'].flatMap((flag) => {
    const value = settings[flag];
    return typeof value === 'string' && value !== '' ? [` --${flag} ${quoted(value)}`] : [];
  });
  return `kubectl${flags.join('')} -n ${namespace} delete lease ${name}`;
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The loader refuses references to steps in locks, so the value is known. */
function rendered(template: string, scope: Scope): string {
  const found = renderValue(template, scope);
  invariant(found.known && typeof found.value === 'string', `The lock "${template}" is not text`);
  return found.value;
}
