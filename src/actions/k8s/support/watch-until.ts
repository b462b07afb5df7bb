// Waits on a watch until what is watched fulfils a test. A server that is away for a while is waited for: the bound is
// the step's timeout, by way of the signal.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeQuery, KubeReader } from '../../ports.ts';
import { hasCode, isTransient } from './errors.ts';
import { keyOf, refOf } from './objects.ts';

/** With the pauses between them longer than any timeout that a step can sensibly have. */
const maxReconnects = 20_000;
const firstPauseMs = 500;
const maxPauseMs = 5_000;

export type Verdict = { readonly holds: true } | { readonly holds: false; readonly seen: string };

interface WatchUntilOptions {
  readonly query: KubeQuery;
  /** Reads after "waiting for". */
  readonly waitingFor: string;
  /** Asked after the first complete list and after every change; may act (strip a finalizer), one call at a time. */
  check(objects: readonly KubeObject[]): Verdict | Promise<Verdict>;
}

/** The objects as they were when the test held. Throws the signal's reason when aborted. */
export async function watchUntil(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  options: WatchUntilOptions,
): Promise<readonly KubeObject[]> {
  return ctx.waiting(options.waitingFor, async () => watchAgain(kube, ctx, options));
}

async function watchAgain(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  options: WatchUntilOptions,
): Promise<readonly KubeObject[]> {
  const report = (seen: string): void =>
    ctx.report({ message: `Waiting for ${options.waitingFor}; last seen: ${seen}` });
  let pauseMs = firstPauseMs;
  for (let round = 0; round < maxReconnects; round += 1) {
    try {
      const found = await followWatch(kube, ctx, options, report);
      if (found !== undefined) return found;
      pauseMs = firstPauseMs;
    } catch (error) {
      ctx.signal.throwIfAborted();
      const isNotServed = hasCode(error, 'CLIENT_NOT_FOUND');
      if (isNotServed && (await holds(options, []))) return [];
      if (!isTransient(error) && !isNotServed) throw error;
      report(error instanceof Error ? error.message : 'the server does not answer');
    }
    ctx.signal.throwIfAborted();
    await ctx.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, maxPauseMs);
  }
  throw new DrctlError(
    'CLIENT_UNREACHABLE',
    `Waiting for ${options.waitingFor}: the server is away too often`,
  );
}

async function holds(options: WatchUntilOptions, objects: readonly KubeObject[]): Promise<boolean> {
  return (await options.check(objects)).holds;
}

/** undefined: the watch ended before the test held. */
async function followWatch(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  options: WatchUntilOptions,
  report: (seen: string) => void,
): Promise<readonly KubeObject[] | undefined> {
  const present = new Map<string, KubeObject>();
  let isSynced = false;
  for await (const event of kube.watch(options.query, ctx.signal)) {
    if (event.type === 'synced') {
      // A second list means that changes were missed, deletions among them: begin anew.
      if (isSynced) return undefined;
      isSynced = true;
    } else if (event.type === 'deleted') present.delete(keyOf(refOf(event.object)));
    else present.set(keyOf(refOf(event.object)), event.object);
    if (!isSynced) continue;
    const objects = [...present.values()];
    const verdict = await options.check(objects);
    if (verdict.holds) return objects;
    report(verdict.seen);
  }
  return undefined;
}
