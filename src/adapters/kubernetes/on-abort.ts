// Listening to a signal that many calls share.

import { setMaxListeners } from 'node:events';

/** Calls `stop` once when aborted, at once when it is already. The answer takes the listener away again. */
export function onAbort(signal: AbortSignal, stop: () => void): () => void {
  // One signal serves all parallel calls of a step; Node would take that for a leak and warn.
  setMaxListeners(0, signal);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return () => signal.removeEventListener('abort', stop);
}

/** The promise, or the signal's reason when that comes first. */
export function untilAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason as Error));
    promise.then(resolve, reject).finally(forget);
  });
}
