// A read that met a momentary fault is made again at once: nothing was changed by it, and nothing is lost by asking.

import { setTimeout as delay } from 'node:timers/promises';
import { DrctlError } from '../../engine/index.ts';
import { untilAbort } from './on-abort.ts';
import { MAX_READ_TRIES, READ_RETRY_MS, REQUEST_TIMEOUT_MS } from './settings.ts';

/** Throws the last error; the signal's reason when aborted. Writes are made once. */
export async function readAgain<T>(
  { method, signal }: { readonly method: string; readonly signal: AbortSignal },
  read: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    try {
      return await read();
    } catch (error) {
      const isMomentary =
        error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE' && error.retryable;
      const hung = performance.now() - began > REQUEST_TIMEOUT_MS / 2;
      if (method !== 'GET' || !isMomentary || hung || tries >= MAX_READ_TRIES) throw error;
      await untilAbort(delay(READ_RETRY_MS * tries, undefined, { signal }), signal);
    }
  }
}
