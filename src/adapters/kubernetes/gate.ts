// Lets as many calls to one server through as it takes well. Whoever waits, waits in order. Streams do not pass here: they
// last for minutes and cost the server next to nothing.

import PQueue from 'p-queue';
import { DrctlError } from '../../engine/index.ts';
import { createConcurrency } from './concurrency.ts';
import { untilAbort } from './on-abort.ts';
import type { Answer, Call } from './send.ts';
import { CONCURRENCY } from './settings.ts';

export interface Gate {
  /** Does the work when its turn has come; rejects with the signal's reason when that comes first. */
  pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** One exchange of a call that has passed: its time and its answer say how many may be under way. */
  timed(call: Call, exchange: () => Promise<Answer>): Promise<Answer>;
}

/** Statuses of a server that is overloaded, or of what stands in front of one. */
const overload = new Set([429, 503, 504]);

export function createGate(now: () => number = () => performance.now()): Gate {
  const concurrency = createConcurrency(CONCURRENCY, now);
  const queue = new PQueue({ concurrency: concurrency.limit });
  return {
    pass: (signal, work) => {
      const turn = queue.add(async () => {
        signal.throwIfAborted();
        return work();
      });
      return untilAbort(turn, signal);
    },
    async timed(call, exchange) {
      if (call.streamed === true) return exchange();
      const timing = concurrency.begin(call.verb, queue.pending >= concurrency.limit);
      try {
        const answer = await exchange();
        if (overload.has(answer.statusCode ?? 0)) timing.overloaded();
        else timing.answered();
        return answer;
      } catch (error) {
        // A server that cannot be reached at all is no busy one, but fewer calls at once harm neither.
        if (error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE') timing.overloaded();
        throw error;
      } finally {
        queue.concurrency = concurrency.limit;
      }
    },
  };
}
