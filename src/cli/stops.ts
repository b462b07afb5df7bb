// Ctrl-C and its kin. The first signal asks for a safe end, the second for an end now. What the first one means is
// said by whoever knows what is under way; where nobody does, the first signal already ends everything.

import { DrctlError } from '../engine/index.ts';
import type { Io } from './io.ts';

export interface Stops {
  /** Aborted by the first signal. */
  readonly interrupt: AbortSignal;
  /** Aborted by the second; by the first unless somebody called `gentle`. */
  readonly abort: AbortSignal;
  /** From now on the first signal only interrupts; `told` says what is awaited. */
  gentle(told: (name: string) => void): void;
  /** As if a first signal had come: a time budget is used up. */
  stop(because: string): void;
  close(): void;
}

export function createStops(io: Io): Stops {
  const interrupt = new AbortController();
  const abort = new AbortController();
  let tell: ((name: string) => void) | undefined;

  const stop = (name: string): void => {
    if (interrupt.signal.aborted || tell === undefined) {
      interrupt.abort(interrupted(name));
      abort.abort(interrupted(name));
      return;
    }
    interrupt.abort(interrupted(name));
    tell(name);
  };
  const close = io.onSignal(stop);
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

function interrupted(by: string): DrctlError {
  return new DrctlError('INTERRUPTED', `Interrupted by ${by}`);
}
