// Asks now and then whether a lease is still held. The journal tells it at the next append; but a step may wait for a
// long time, or do several things one after the other, without any. Who lost the run should not go on that long.

import type { HeldLease } from './lease-record.ts';
import { DrctlError } from '../../engine/index.ts';

const watchMs = 5_000;

export interface LeaseWatch {
  /** Aborted, with LEASE_LOST as its reason. */
  readonly lost: AbortSignal;
  stop(): void;
}

export function watchLease(held: HeldLease): LeaseWatch {
  const lost = new AbortController();
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void held
      .assertHeld()
      .catch((error: unknown) => {
        // That it cannot be told now is for the next append to find out.
        if (!(error instanceof DrctlError) || error.code !== 'LEASE_LOST') return;
        clearInterval(timer);
        lost.abort(error);
      })
      .finally(() => (asking = false));
  }, watchMs);
  timer.unref();
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
