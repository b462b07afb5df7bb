// Cuts a stream into parts of one size, in a fixed number of buffers. When all of them are in use the stream is not read
// on, so memory stays bounded however slow the other side is.

import { crc32 } from 'node:zlib';

export interface Part {
  /** From 1. */
  readonly number: number;
  /** Valid until `release`. */
  readonly bytes: Uint8Array;
  /** Of these bytes, unsigned. */
  readonly crc32: number;
  /** The buffer may be used for another part. */
  release(): void;
  /** It could not be sent: the iteration throws this. */
  fail(error: unknown): void;
}

/** The last part may be smaller; no part is empty. */
export async function* partsOf(
  content: AsyncIterable<Uint8Array>,
  size: { readonly partSizeBytes: number; readonly buffers: number },
): AsyncGenerator<Part> {
  const pool = createPool(size);
  let number = 0;
  let buffer: Uint8Array | undefined;
  let filledBytes = 0;
  let checksum = 0;
  const cut = (from: Uint8Array): Part => {
    number += 1;
    const part = { number, bytes: from.subarray(0, filledBytes), crc32: checksum };
    buffer = undefined;
    filledBytes = 0;
    checksum = 0;
    return { ...part, release: () => pool.give(from), fail: pool.fail };
  };
  for await (const chunk of content) {
    let offset = 0;
    while (offset < chunk.byteLength) {
      buffer ??= await pool.take();
      const piece = chunk.subarray(offset, offset + size.partSizeBytes - filledBytes);
      buffer.set(piece, filledBytes);
      // While the piece is still in the processor's cache, which no part fits in.
      checksum = crc32(piece, checksum);
      filledBytes += piece.byteLength;
      offset += piece.byteLength;
      if (filledBytes === size.partSizeBytes) yield cut(buffer);
    }
  }
  if (buffer !== undefined && filledBytes > 0) yield cut(buffer);
}

interface Pool {
  take(): Promise<Uint8Array>;
  give(buffer: Uint8Array): void;
  fail(error: unknown): void;
}

function createPool(size: { readonly partSizeBytes: number; readonly buffers: number }): Pool {
  const free: Uint8Array[] = [];
  let made = 0;
  let waiting: ((error?: unknown) => void) | undefined;
  let failure: { readonly error: unknown } | undefined;
  return {
    take: async () => {
      if (free.length === 0 && made < size.buffers) {
        made += 1;
        return new Uint8Array(size.partSizeBytes);
      }
      if (free.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          waiting = () => resolve();
        });
      }
      if (failure !== undefined) throw failure.error;
      const buffer = free.pop();
      if (buffer === undefined) throw new Error('A buffer was announced and is not there');
      return buffer;
    },
    give: (buffer) => {
      free.push(buffer);
      waiting?.();
      waiting = undefined;
    },
    fail: (error) => {
      failure ??= { error };
      waiting?.();
      waiting = undefined;
    },
  };
}
