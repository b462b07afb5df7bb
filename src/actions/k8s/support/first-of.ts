// Several waits at once, of which the first to end decides.

import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts } from '../../ports.ts';

/** Ends the others when one has ended, and waits for their end: none may act afterwards. Throws what the first one threw. */
export async function firstOf<C extends ReadContext<DrPorts>>(
  ctx: C,
  waits: readonly ((within: C) => Promise<unknown>)[],
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal]);
  const ended = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  ended.catch(() => undefined);
  const sleep = async (ms: number): Promise<void> => Promise.race([ctx.sleep(ms), ended]);
  const begun = waits.map(async (wait) => wait({ ...ctx, signal, sleep }));
  try {
    await Promise.race(begun);
  } finally {
    over.abort();
    await Promise.allSettled(begun);
  }
}
