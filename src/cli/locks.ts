// The runbook's locks around a run: taken before its first effect, given back when it has reached an end that needs
// nobody any more. A run that failed or was interrupted keeps them.

import type { KubeClient } from '../actions/index.ts';
import { invariant, renderValue } from '../engine/index.ts';
import type { Operator, RunResult, Scope } from '../engine/index.ts';
import type { RunLock } from '../adapters/index.ts';
import type { OpenSession } from './session.ts';

interface Placed {
  readonly lock: RunLock;
  readonly kube: KubeClient;
}

/** RUN_LOCKED. When `work` throws before the run has begun, what was taken for it is given back. */
export async function withLocks(
  opened: OpenSession,
  { by, isUnderWay }: { readonly by: Operator; readonly isUnderWay: () => Promise<boolean> },
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  const { dropRunLock, takeRunLock } = await import('../adapters/index.ts');
  const { runId, signal, system } = opened.session;
  const placed = await placeLocks(opened);
  const taken: Placed[] = [];
  const drop = async (locks: readonly Placed[]): Promise<void> => {
    // Also after a second Ctrl-C: nothing else would give them back.
    const soon = AbortSignal.timeout(DROP_TIMEOUT_MS);
    for (const { lock, kube } of locks) await dropRunLock(kube, lock, { runId, signal: soon });
  };
  let result: RunResult;
  try {
    for (const one of placed) {
      const run = { runId, by, at: system.now(), signal };
      if (await takeRunLock(one.kube, one.lock, run)) taken.push(one);
    }
    result = await work();
  } catch (error) {
    if (!(await isUnderWay())) await drop(taken);
    throw error;
  }
  if (result.outcome === 'succeeded' || result.outcome === 'rolled-back') await drop(placed);
  return result;
}

const DROP_TIMEOUT_MS = 15_000;

async function placeLocks(opened: OpenSession): Promise<readonly Placed[]> {
  const { session, connections, scope } = opened;
  const placed: Placed[] = [];
  for (const { target, namespace, name } of session.runbook.locks) {
    if (session.unavailable.includes(target)) {
      const message = `The lock ${name} is not taken: target "${target}" was given up`;
      session.emit({ type: 'notice', severity: 'warning', message });
      continue;
    }
    placed.push({
      lock: { namespace: rendered(namespace, scope), name: rendered(name, scope) },
      kube: await connections.kube(target),
    });
  }
  return placed;
}

/** The loader refuses references to steps in locks, so the value is known. */
function rendered(template: string, scope: Scope): string {
  const found = renderValue(template, scope);
  invariant(found.known && typeof found.value === 'string', `The lock "${template}" is not text`);
  return found.value;
}
