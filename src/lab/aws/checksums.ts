// The checksums that S3 verifies: CRC32, CRC32C, CRC64NVME, SHA1 and SHA256, all computed while the bytes pass by.
// Values are base64 of the big-endian digest, as in the x-amz-checksum-* headers.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export interface RunningChecksum {
  update(data: Uint8Array): void;
  /** Base64. */
  value(): string;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32': {
      let crc = 0;
      return {
        update: (data) => {
          crc = crc32(data, crc);
        },
        value: () => wordsToBase64(crc),
      };
    }
    case 'CRC32C':
      return crc32c();
    case 'CRC64NVME':
      return crc64nvme();
    default:
      return sha(algorithm);
  }
}

function sha(algorithm: 'SHA1' | 'SHA256'): RunningChecksum {
  const hash = createHash(algorithm);
  return {
    update: (data) => {
      hash.update(data);
    },
    value: () => hash.digest('base64'),
  };
}

const crc32cTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  }
  return value >>> 0;
});

function crc32c(): RunningChecksum {
  let crc = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) crc = (crc32cTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
    },
    value: () => wordsToBase64(~crc),
  };
}

// The 64 bits are kept as two words: BigInt arithmetic would be some fifty times slower.
const [crc64High, crc64Low] = crc64Tables();

function crc64Tables(): readonly [Uint32Array, Uint32Array] {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) {
      value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    }
    high[index] = Number(value >> 32n);
    low[index] = Number(value & 0xffffffffn);
  }
  return [high, low];
}

function crc64nvme(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] ?? 0);
        high = (high >>> 8) ^ (crc64High[index] ?? 0);
      }
    },
    value: () => wordsToBase64(~high, ~low),
  };
}

function wordsToBase64(...words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeUInt32BE(word >>> 0, index * 4));
  return bytes.toString('base64');
}
