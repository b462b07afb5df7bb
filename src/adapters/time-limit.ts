// A time limit beside a caller's signal. Not AbortSignal.any over AbortSignal.timeout: in Node 20 nothing keeps such a
// timeout alive, so that it is collected as garbage and never ends anything.

import { onAbort } from './kubernetes/on-abort.ts';

export interface TimeLimit {
  /** Aborted with the outer signal's reason, or with a TimeoutError when the time is up. */
  readonly signal: AbortSignal;
  /** The work has ended. */
  clear(): void;
}

export function timeLimit(ms: number, outer: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException('The time is up', 'TimeoutError')),
    ms,
  );
  const forget = onAbort(outer, () => controller.abort(outer.reason));
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      forget();
    },
  };
}
