// How long an attempt waited for the world, apart from its own work. Waits may overlap: what is measured is the time in
// which at least one of them was open.

import type { Waited } from '../contracts/journal-event.ts';

export interface WaitMeter {
  /** Resolves or rejects as `work` does. */
  during<T>(waitingFor: string, work: () => Promise<T>): Promise<T>;
  /** Up to now; undefined when nothing was waited for. */
  waited(): Waited | undefined;
}

export function createWaitMeter(monotonicMs: () => number): WaitMeter {
  const totals = new Map<string, number>();
  let open = 0;
  let openSince = 0;
  let closedMs = 0;
  const openMs = (): number => (open > 0 ? monotonicMs() - openSince : 0);
  return {
    async during(waitingFor, work) {
      const began = monotonicMs();
      if (open === 0) openSince = began;
      open += 1;
      try {
        return await work();
      } finally {
        totals.set(waitingFor, (totals.get(waitingFor) ?? 0) + monotonicMs() - began);
        if (open === 1) closedMs += openMs();
        open -= 1;
      }
    },
    waited() {
      const [longest] = [...totals].toSorted(([, a], [, b]) => b - a);
      const ms = Math.round(closedMs + openMs());
      return longest === undefined || ms === 0 ? undefined : { ms, for: longest[0] };
    },
  };
}
