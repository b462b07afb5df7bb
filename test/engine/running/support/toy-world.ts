// A world of named values for tests of the executor. Every read and write is a call that can be counted and at which
// the "process" can die, before or after the effect; a dead process can neither call nor journal anything more.

import { DrctlError } from '../../../../src/engine/index.ts';
import type { Ports } from '../../../../src/engine/index.ts';

export class Killed extends Error {
  override readonly name = 'Killed';
}

export interface CallPoint {
  /** Counts all calls of this world, from 1. */
  readonly call: number;
  readonly when: 'before' | 'after';
  /** "set np/1", "get op" */
  readonly what: string;
}

export interface ToyClients {
  readonly world: ToyWorld;
}

export interface ToyPorts extends Ports {
  readonly readers: ToyClients;
  readonly clients: ToyClients;
  readonly consequence: object;
}

export class ToyWorld {
  readonly values = new Map<string, string>();
  /** Writes in the order in which they took effect. */
  readonly writes: string[] = [];
  onCall: ((point: CallPoint) => void | Promise<void>) | undefined;
  calls = 0;
  dead = false;
  signatures = 0;

  constructor(values: Readonly<Record<string, string>> = {}) {
    for (const [key, value] of Object.entries(values)) this.values.set(key, value);
  }

  async get(key: string): Promise<string | undefined> {
    return this.#call(`get ${key}`, () => this.values.get(key));
  }

  async list(prefix: string): Promise<readonly string[]> {
    return this.#call(`list ${prefix}`, () =>
      [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
  }

  /** `undefined` removes. */
  async set(key: string, value: string | undefined): Promise<void> {
    return this.#call(`set ${key}`, () => {
      this.writes.push(`${key}=${value ?? '(gone)'}`);
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, value);
    });
  }

  /** Only the newest signature is good: what was signed for an earlier attempt has expired. */
  async sign(key: string): Promise<string> {
    return this.#call(`sign ${key}`, () => {
      this.signatures += 1;
      return `https://signed.example/${key}?signature=${this.signatures}`;
    });
  }

  async fetch(url: string): Promise<void> {
    return this.#call(`fetch`, () => {
      if (url.endsWith(`signature=${this.signatures}`)) return;
      throw new DrctlError('CLIENT_DENIED', 'The URL has expired');
    });
  }

  content(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.values);
  }

  async #call<T>(what: string, effect: () => T): Promise<T> {
    this.#assertAlive();
    this.calls += 1;
    const call = this.calls;
    await Promise.resolve();
    await this.onCall?.({ call, when: 'before', what });
    this.#assertAlive();
    const result = effect();
    await this.onCall?.({ call, when: 'after', what });
    this.#assertAlive();
    return result;
  }

  #assertAlive(): void {
    if (this.dead) throw new Killed('The process is dead');
  }
}
