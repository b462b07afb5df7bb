// How many calls a server gets at once: more while its answers do not take longer for it, half as many as soon as it says
// that it is busy. Additive increase, multiplicative decrease, with the queue that a server keeps estimated as TCP Vegas
// does (Brakmo and Peterson, 1995). Pure but for the clock.

export interface ConcurrencyBounds {
  readonly first: number;
  readonly least: number;
  readonly most: number;
  /** With fewer than so many calls waiting inside the server, there may be one more at once. */
  readonly fewQueued: number;
  /** With more than so many, one fewer; never below `first`, since latency alone proves no overload. */
  readonly manyQueued: number;
  /** The fastest answer is forgotten after one to two of these: servers and networks change. */
  readonly freshMs: number;
}

export interface Concurrency {
  readonly limit: number;
  /**
   * A call begins. `kind`: calls that are alike in what they cost. `isFull`: as many as allowed are under way, so that its
   * time says something about the limit.
   */
  begin(kind: string, isFull: boolean): Timed;
}

export interface Timed {
  /** The server answered: the time counts. */
  answered(): void;
  /** The server said that it is busy, or did not answer in time. Calls of one burst count once. */
  overloaded(): void;
}

export function createConcurrency(bounds: ConcurrencyBounds, now: () => number): Concurrency {
  let limit = bounds.first;
  let decreases = 0;
  let window: number[] = [];
  const fastest = createFastest(bounds.freshMs, now);

  const adjust = (): void => {
    const mean = window.reduce((sum, each) => sum + each, 0) / window.length;
    window = [];
    const queued = limit * (1 - 1 / mean);
    if (queued < bounds.fewQueued) limit = Math.min(bounds.most, limit + 1);
    else if (queued > bounds.manyQueued && limit > bounds.first) limit -= 1;
  };

  return {
    get limit() {
      return limit;
    },
    begin(kind, isFull) {
      const began = now();
      const before = decreases;
      return {
        answered() {
          const ratio = fastest(kind, now() - began);
          // What began under an earlier limit says nothing about this one.
          if (!isFull || before !== decreases) return;
          window.push(ratio);
          if (window.length >= limit) adjust();
        },
        overloaded() {
          if (before !== decreases) return;
          decreases += 1;
          window = [];
          limit = Math.max(bounds.least, Math.floor(limit / 2));
        },
      };
    },
  };
}

/** How many times as long as the fastest of its kind lately, itself included: 1 or more. */
function createFastest(freshMs: number, now: () => number): (kind: string, ms: number) => number {
  let since = now();
  let current = new Map<string, number>();
  let previous = new Map<string, number>();
  return (kind, ms) => {
    if (now() - since > freshMs) {
      previous = current;
      current = new Map();
      since = now();
    }
    const took = Math.max(ms, 1);
    current.set(kind, Math.min(took, current.get(kind) ?? took));
    return took / Math.min(current.get(kind) ?? took, previous.get(kind) ?? took);
  };
}
