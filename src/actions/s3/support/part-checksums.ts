// What a file is, told before any of it is sent: one reading gives the SHA-256 of the whole and the CRC-32 of every part,
// so that the upload need not hash the whole a second time to know that it sends the same bytes.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { PartChecksums } from '../../ports.ts';

export interface FileDigest {
  /** Hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly partChecksums: PartChecksums;
}

/** Reads it through once. Throws what the content throws, and the signal's reason. */
export async function digestInParts(
  content: AsyncIterable<Uint8Array>,
  partSizeBytes: number,
  signal: AbortSignal,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  const checksums: number[] = [];
  let sizeBytes = 0;
  let checksum = 0;
  for await (const chunk of content) {
    signal.throwIfAborted();
    hash.update(chunk);
    for (let offset = 0; offset < chunk.byteLength;) {
      const piece = chunk.subarray(offset, offset + partSizeBytes - (sizeBytes % partSizeBytes));
      checksum = crc32(piece, checksum);
      offset += piece.byteLength;
      sizeBytes += piece.byteLength;
      if (sizeBytes % partSizeBytes > 0) continue;
      checksums.push(checksum);
      checksum = 0;
    }
  }
  if (sizeBytes % partSizeBytes > 0) checksums.push(checksum);
  return {
    sha256: hash.digest('hex'),
    sizeBytes,
    partChecksums: { partSizeBytes, crc32: checksums },
  };
}
