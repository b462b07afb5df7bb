/*
 * A command's standard input: bytes arrive from a socket and are read as an async iterable. The socket is
 * paused while enough is waiting, so a command that does not read holds the client back, not memory.
 */

/** How the source is slowed down. */
export interface Source {
  pause(): void;
  resume(): void;
}

const waitingLimitBytes = 1024 * 1024;

/** Bytes from a socket, in order; one reader. */
export class StdinQueue implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #ended = false;
  #paused: Source | undefined;
  #wake: (() => void) | undefined;

  /** Adds bytes; pauses their source when too many wait. */
  push(chunk: Uint8Array, source: Source): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > waitingLimitBytes && this.#paused === undefined) {
      this.#paused = source;
      source.pause();
    }
    this.#wake?.();
  }

  /** No more bytes will come. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const chunks = this.#chunks;
      this.#chunks = [];
      this.#waitingBytes = 0;
      this.#paused?.resume();
      this.#paused = undefined;
      for (const chunk of chunks) if (chunk.length > 0) yield chunk;
      if (this.#chunks.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
