// A file's bytes in large chunks, out of two buffers that are used in turns: while one is looked at, the other is filled.
// A stream makes a new buffer for each 64 KiB, and collecting those costs more than reading and hashing them.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../engine/index.ts';

const chunkBytes = 512 * 1024;

/**
 * The range of the file, as far as there is any. A chunk is valid until the next one is asked for. Throws what the file
 * system throws (ENOENT, EISDIR, EACCES, …).
 */
export async function* fileChunks(
  path: string,
  { start = 0, end = Infinity }: ByteRange = {},
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    let position = start;
    // Many files are small.
    const leftBytes = Math.max(0, Math.min((await file.stat()).size, end) - start);
    const bufferBytes = Math.min(chunkBytes, leftBytes + 1);
    let [filling, spare] = [newBuffer(bufferBytes), newBuffer(bufferBytes)];
    let reading = fill(file, filling, { position, end });
    for (;;) {
      const chunk = await reading;
      if (chunk.byteLength === 0) return;
      position += chunk.byteLength;
      [filling, spare] = [spare, filling];
      reading = fill(file, filling, { position, end });
      // Whoever stops here never waits for it.
      reading.catch(() => undefined);
      yield chunk;
    }
  } finally {
    // Waits for a read that is under way.
    await file.close();
  }
}

/** Not of Node's pool: these are long-lived. */
const newBuffer = (bytes: number): Uint8Array => Buffer.allocUnsafeSlow(bytes);

async function fill(
  file: FileHandle,
  buffer: Uint8Array,
  { position, end }: { readonly position: number; readonly end: number },
): Promise<Uint8Array> {
  const lengthBytes = Math.min(buffer.byteLength, end - position);
  if (lengthBytes <= 0) return buffer.subarray(0, 0);
  const { bytesRead } = await file.read(buffer, 0, lengthBytes, position);
  return buffer.subarray(0, bytesRead);
}
