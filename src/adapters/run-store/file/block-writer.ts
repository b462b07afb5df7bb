// Bytes that come in small pieces, as out of a pod, written in large blocks: a write for each piece costs more than the disk.

import type { FileHandle } from 'node:fs/promises';

const blockBytes = 1024 * 1024;

export interface BlockWriter {
  /** The chunk may be used for something else when this resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** What is held back is written too. */
  flush(): Promise<void>;
}

/** Throws system errors. */
export function createBlockWriter(file: FileHandle): BlockWriter {
  let block: Uint8Array | undefined;
  let heldBytes = 0;
  let isFirst = true;
  const flush = async (): Promise<void> => {
    if (block === undefined || heldBytes === 0) return;
    await file.writeFile(block.subarray(0, heldBytes));
    heldBytes = 0;
  };
  return {
    flush,
    async write(chunk) {
      // Most artifacts come in one piece: they need no block.
      if (isFirst || chunk.byteLength >= blockBytes) {
        isFirst = false;
        await flush();
        await file.writeFile(chunk);
        return;
      }
      block ??= Buffer.allocUnsafeSlow(blockBytes);
      if (heldBytes + chunk.byteLength > blockBytes) await flush();
      block.set(chunk, heldBytes);
      heldBytes += chunk.byteLength;
    },
  };
}
