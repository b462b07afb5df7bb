// Ctrl-C and its kin. The first signal asks for a safe end, the second for an end now. What the first one means is
// said by whoever knows what is under way; where nobody does, the first signal already ends everything.

import { DrctlError } from '../engine/index.ts';
import type { Io } from './io.ts';

export interface Stops {
  /** Aborted by the first signal. */
  readonly interrupt: AbortSignal;
  /** Aborted by the second; by the first unless somebody called `gentle`. */
  readonly abort: AbortSignal;
  /** From now on the first signal only interrupts; `told` hears why. */
  gentle(told: (because: string) => void): void;
  /** As if a first signal had come: a time budget is used up. `because`: a sentence without its stop. */
  stop(because: string): void;
  close(): void;
}

export function createStops(io: Io): Stops {
  const interrupt = new AbortController();
  const abort = new AbortController();
  let tell: ((because: string) => void) | undefined;

  const stop = (because: string): void => {
    const reason = new DrctlError('INTERRUPTED', because);
    if (interrupt.signal.aborted || tell === undefined) {
      interrupt.abort(reason);
      abort.abort(reason);
      return;
    }
    interrupt.abort(reason);
    tell(because);
  };
  const close = io.onSignal((name) =>
    stop(`Interrupted by ${name === 'SIGINT' ? 'a person (Ctrl-C)' : name}`),
  );
  return {
    interrupt: interrupt.signal,
    abort: abort.signal,
    gentle: (told) => {
      tell = told;
    },
    stop: (because) => {
      if (!interrupt.signal.aborted) stop(because);
    },
    close,
  };
}
