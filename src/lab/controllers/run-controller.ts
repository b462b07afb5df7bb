// Runs a reconcile function whenever its cluster changed, and every so often for what only time changes. Level-triggered:
// one round at a time, a round that fails is simply followed by the next.

export interface ControllerOptions {
  readonly name: string;
  readonly resyncMs: number;
  reconcile(): Promise<void>;
  /** Registers a listener for "something changed". */
  readonly subscribe?: (listener: () => void) => void;
  readonly signal: AbortSignal;
  log(message: string): void;
}

/** Changes come in bursts; one round answers a whole burst. */
const SETTLE_MS = 15;
/** A controller that always finds its own writes must not spin. */
const MIN_PAUSE_MS = 10;

/** Resolves when the controller has ended, after `signal`. */
export async function runController(options: ControllerOptions): Promise<void> {
  const { signal } = options;
  let wake: (() => void) | undefined;
  let dirty = true;
  options.subscribe?.(() => {
    dirty = true;
    wake?.();
  });
  while (!signal.aborted) {
    if (dirty) await sleep(SETTLE_MS, signal);
    dirty = false;
    try {
      await options.reconcile();
    } catch (error) {
      if (!isAborted(signal)) {
        options.log(`${options.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    await sleep(MIN_PAUSE_MS, signal);
    if (isDirty()) continue;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, options.resyncMs);
      wake = end;
      signal.addEventListener('abort', end);
      timer.unref();
    });
    wake = undefined;
  }

  // Read through a function: the listener changes it while this loop awaits.
  function isDirty(): boolean {
    return dirty;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
