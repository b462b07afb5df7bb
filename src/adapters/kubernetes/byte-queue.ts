// Bytes between a socket that pushes and a consumer that pulls: above the high-water mark the socket is paused, so that
// a slow consumer holds the sender back instead of filling the memory.

export interface ByteQueue {
  push(chunk: Uint8Array): void;
  end(): void;
  /** The consumer gets what arrived before, then this error. */
  fail(error: Error): void;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export function createByteQueue(options: {
  readonly highWaterBytes: number;
  pause(): void;
  resume(): void;
  /** The consumer stopped before the end. */
  abandon(): void;
}): ByteQueue {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let paused = false;
  let finished: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;

  const arrived = (): void => {
    wake?.();
    wake = undefined;
  };

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          size -= chunk.length;
          if (paused && size < options.highWaterBytes / 2) {
            paused = false;
            options.resume();
          }
          yield chunk;
        } else if (finished !== undefined) {
          if (finished.error !== undefined) throw finished.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      if (finished === undefined) options.abandon();
    }
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (!paused && size > options.highWaterBytes) {
        paused = true;
        options.pause();
      }
      arrived();
    },
    end() {
      finished ??= {};
      arrived();
    },
    fail(error) {
      finished ??= { error };
      arrived();
    },
    bytes: read(),
  };
}
