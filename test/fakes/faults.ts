// Faults shared by all fakes of one world: every call passes here, is counted, and can be cut off before or after
// its effect. It keeps fakes free of failure code, and lets a test stop an action at its n-th call.

import { DrctlError } from '../../src/engine/index.ts';

export class Faults {
  /** Calls so far, reads and writes of every port. */
  calls = 0;
  /** Calls that may change the world. */
  writes = 0;
  /** The world as an observer sees it after each write; set by a test that looks in between. */
  afterWrite: (() => void) | undefined;
  #cut: { at: number; when: 'before' | 'after' } | undefined;

  /** The n-th call from now (counting from 1) fails: before it does anything, or after it did everything. */
  cutCall(at: number, when: 'before' | 'after'): void {
    this.#cut = { at: this.calls + at, when };
  }

  /** Counts from here on: what was done so far belongs to the preparation. */
  reset(): void {
    this.calls = 0;
    this.writes = 0;
  }

  heal(): void {
    this.#cut = undefined;
  }

  async around<T>(kind: 'read' | 'write', effect: () => T | Promise<T>): Promise<Awaited<T>> {
    this.calls += 1;
    const cut = this.#cut?.at === this.calls ? this.#cut.when : undefined;
    if (cut === 'before') throw connectionLost();
    if (kind === 'write') this.writes += 1;
    const result = await effect();
    if (kind === 'write') this.afterWrite?.();
    if (cut === 'after') throw connectionLost();
    return result;
  }
}

function connectionLost(): DrctlError {
  return new DrctlError('CLIENT_UNREACHABLE', 'The connection was cut (injected)', {
    retryable: true,
  });
}
