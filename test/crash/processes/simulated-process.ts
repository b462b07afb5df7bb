// A process that can be ended at an exact moment, inside this one. What belongs to it is known by its async context: the
// connections that it opens, the files that it writes, its pid. When it ends, its connections are closed, and everything
// that it begins afterwards never comes to an end and never reaches a server or the disk: no handler, no `finally` of it has
// any effect, as after SIGKILL.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Moment, Reaper } from './moments.ts';

const current = new AsyncLocalStorage<SimulatedProcess>();

/** The process that the running code belongs to; undefined: none, so that nothing is done to it. */
export function currentProcess(): SimulatedProcess | undefined {
  return current.getStore();
}

/** Above what Linux gives to any process: whoever asks for it hears that it is not alive. */
let lastPid = 4_200_000;
const settleMs = 5;

export class SimulatedProcess {
  readonly pid = ++lastPid;
  /** Where it ended, in words. */
  endedAt: Moment | undefined;
  readonly #reaper: Reaper;
  readonly #connections = new Set<Duplex>();
  readonly #handles = new Set<FileHandle>();
  readonly #underWay = new Set<Promise<unknown>>();
  #end: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(reaper: Reaper) {
    this.#reaper = reaper;
  }

  /** Runs until it ends by itself, or is ended: then undefined, and nothing of it is under way any more. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    const worked = current.run(this, work);
    worked.catch(() => undefined);
    const result = await Promise.race([worked, this.#ended.then(() => undefined)]);
    if (this.endedAt === undefined) return result;
    await Promise.allSettled(this.#underWay);
    for (const handle of this.#handles) await handle.close().catch(() => undefined);
    // The servers learn of closed connections by an event of their own.
    await delay(settleMs);
    return undefined;
  }

  get isDead(): boolean {
    return this.endedAt !== undefined;
  }

  /** True: it ends at this moment, and the caller must do nothing more. */
  reached(moment: Moment): boolean {
    if (this.isDead || !this.#reaper(moment)) return this.isDead;
    this.endedAt = moment;
    for (const connection of this.#connections) connection.destroy();
    this.#end();
    return true;
  }

  /** A change of the disk: begun only while it lives, and waited for when it has ended. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    if (this.isDead) return never();
    const done = work();
    this.#underWay.add(done);
    try {
      const result = await done;
      return this.isDead ? await never() : result;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** What still reached the disk at the very end. */
  lastWords(written: Promise<unknown>): void {
    this.#underWay.add(written);
  }

  opened(handle: FileHandle): void {
    this.#handles.add(handle);
  }

  closed(handle: FileHandle): void {
    this.#handles.delete(handle);
  }

  /** Its answer, too, is a moment to end at, when `after` names it. */
  sent(request: ClientRequest, after: Moment | undefined): ClientRequest {
    request.once('socket', (socket) => {
      if (!this.#connections.has(socket)) {
        this.#connections.add(socket);
        socket.once('close', () => this.#connections.delete(socket));
      }
      if (this.isDead) socket.destroy();
    });
    if (after !== undefined) this.#watchAnswer(request, after);
    return request;
  }

  /** The answer is held back until the effect is complete; then it arrives, or the process ends without it. */
  #watchAnswer(request: ClientRequest, after: Moment): void {
    const emit = request.emit.bind(request) as (event: string, ...args: unknown[]) => boolean;
    request.emit = (event: string, ...args: unknown[]): boolean => {
      if (event === 'response') {
        if (!this.reached(after)) return emit(event, ...args);
        (args[0] as IncomingMessage).resume();
        return true;
      }
      if (event !== 'upgrade') return emit(event, ...args);
      const [response, socket, head] = args as [IncomingMessage, Duplex, Buffer];
      const upgrade = async (): Promise<void> => {
        const bytes = await this.#holdUpgrade(socket, head);
        if (this.reached(after)) return;
        emit(event, response, socket, bytes);
        socket.resume();
      };
      void upgrade();
      return true;
    };
  }

  /** A command has had its effect when it says something, or how it ended. */
  async #holdUpgrade(socket: Duplex, head: Buffer): Promise<Buffer> {
    if (head.length > 0) return head;
    return new Promise((resolve) => {
      const settle = (bytes: Buffer): void => {
        socket.off('data', settle);
        socket.off('close', close);
        socket.pause();
        resolve(bytes);
      };
      const close = (): void => settle(Buffer.alloc(0));
      socket.once('data', settle);
      socket.once('close', close);
      socket.resume();
    });
  }
}

export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
