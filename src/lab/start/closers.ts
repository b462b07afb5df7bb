// What has to be stopped, in reverse order of being started. One that fails does not keep the others from stopping.

import { setMaxListeners } from 'node:events';

export class Closers {
  private readonly stop = new AbortController();
  private readonly entries: { readonly name: string; close(): Promise<void> }[] = [];

  constructor() {
    // Every loop of the lab listens to it: that many listeners are no leak.
    setMaxListeners(0, this.stop.signal);
  }

  add(name: string, close: () => Promise<void>): void {
    this.entries.push({ name, close });
  }

  /** Aborts before anything is closed: loops end, and do not complain about what closes under them. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** Idempotent. Throws, after everything was tried, what went wrong first. */
  async closeAll(): Promise<void> {
    this.stop.abort();
    const failures: Error[] = [];
    for (let entry = this.entries.pop(); entry !== undefined; entry = this.entries.pop()) {
      try {
        await entry.close();
      } catch (error) {
        failures.push(new Error(`${entry.name} did not stop`, { cause: error }));
      }
    }
    if (failures[0] !== undefined) throw failures[0];
  }
}
