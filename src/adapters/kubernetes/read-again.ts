// A read that met a momentary fault is made again at once: nothing was changed by it, and nothing is lost by asking.

import { setTimeout as delay } from 'node:timers/promises';
import { DrctlError } from '../../engine/index.ts';
import { untilAbort } from './on-abort.ts';
import { MAX_READ_TRIES, READ_RETRY_MS, REQUEST_TIMEOUT_MS } from './settings.ts';

interface Asking {
  readonly method: string;
  readonly harmless?: boolean;
}

/** Writes are made once. */
export function isRepeatable({ method, harmless }: Asking): boolean {
  return method === 'GET' || harmless === true;
}

/** Throws the last error; the signal's reason when aborted. */
export async function readAgain<T>(
  call: Asking & { readonly signal: AbortSignal },
  read: () => Promise<T>,
): Promise<T> {
  const { signal } = call;
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    try {
      return await read();
    } catch (error) {
      const isMomentary =
        error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE' && error.retryable;
      const hung = performance.now() - began > REQUEST_TIMEOUT_MS / 2;
      if (!isRepeatable(call) || !isMomentary || hung || tries >= MAX_READ_TRIES) throw error;
      await untilAbort(delay(READ_RETRY_MS * tries, undefined, { signal }), signal);
    }
  }
}
