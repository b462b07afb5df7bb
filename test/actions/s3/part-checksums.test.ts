// What an upload is held against must not depend on the pieces that the file was read in.

import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { digestInParts } from '../../../src/actions/s3/support/part-checksums.ts';
import { inChunks } from '../../contracts/bucket-client.suite.ts';

const partSizeBytes = 1_000;

test.each([
  [0, 100],
  [1, 100],
  [999, 100],
  [1_000, 100],
  [1_001, 333],
  [3_500, 1_000],
  [10_000, 4_096],
  [9_999, 100_000],
])(
  'the checksums of %i bytes are those of their parts, read in chunks of %i',
  async (sizeBytes, chunkBytes) => {
    const bytes = randomBytes(sizeBytes);
    const parts = Array.from({ length: Math.ceil(sizeBytes / partSizeBytes) }, (_, index) =>
      bytes.subarray(index * partSizeBytes, (index + 1) * partSizeBytes),
    );
    const signal = new AbortController().signal;
    expect(await digestInParts(inChunks(bytes, chunkBytes), partSizeBytes, signal)).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes,
      partChecksums: { partSizeBytes, crc32: parts.map((part) => crc32(part)) },
    });
  },
);
