// Receiving an object's bytes: onto the disk while they arrive, with every checksum that the client announced verified
// at the end. A body that does not match leaves nothing behind.

import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../aws-error.ts';
import { checksumAlgorithms, checksumHeader, createChecksum } from '../checksums.ts';
import type { ChecksumAlgorithm } from '../checksums.ts';
import { invalidArgument } from './context.ts';
import type { S3Call } from './context.ts';
import type { Piece } from './model.ts';

export interface Received extends Piece {
  readonly md5: Buffer;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** `algorithm`: computed even when the request does not announce it (that of the multipart upload). */
export async function receiveBody(call: S3Call, algorithm?: ChecksumAlgorithm): Promise<Received> {
  const path = join(call.server.folder, randomUUID());
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const wanted = [...announcedAlgorithms(call), ...(algorithm === undefined ? [] : [algorithm])];
  const sums = new Map(wanted.map((name) => [name, createChecksum(name)] as const));
  let sizeBytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const data of call.request.body) {
      sizeBytes += data.byteLength;
      md5.update(data);
      if (call.payloadSha256 !== undefined) sha256.update(data);
      for (const sum of sums.values()) sum.update(data);
      yield data;
    }
  }
  try {
    await pipeline(measured, createWriteStream(path, { mode: 0o600 }));
    const digest = md5.digest();
    const checksums = Object.fromEntries([...sums].map(([name, sum]) => [name, sum.value()]));
    checkSize(call, sizeBytes);
    checkDigests(call, digest, sha256.digest('hex'));
    checkAnnounced(call, checksums);
    return { path, sizeBytes, md5: digest, checksums };
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  }
}

function announcedAlgorithms(call: S3Call): readonly ChecksumAlgorithm[] {
  const trailer = call.request.headers['x-amz-trailer'] ?? '';
  return checksumAlgorithms.filter((name) => {
    const header = checksumHeader(name);
    return call.request.headers[header] !== undefined || trailer.includes(header);
  });
}

function checkSize(call: S3Call, sizeBytes: number): void {
  const { headers } = call.request;
  const expected = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  if (expected === undefined || Number(expected) === sizeBytes) return;
  throw new AwsError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

function checkDigests(call: S3Call, md5: Buffer, sha256: string): void {
  const given = call.request.headers['content-md5'];
  if (given !== undefined && given !== md5.toString('base64')) {
    throw new AwsError(
      400,
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
      { ExpectedDigest: given, CalculatedDigest: md5.toString('base64') },
    );
  }
  if (call.payloadSha256 !== undefined && call.payloadSha256 !== sha256) {
    throw new AwsError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { ClientComputedContentSHA256: call.payloadSha256, S3ComputedContentSHA256: sha256 },
    );
  }
}

function checkAnnounced(call: S3Call, computed: Readonly<Record<string, string>>): void {
  for (const name of checksumAlgorithms) {
    const header = checksumHeader(name);
    const given = call.request.headers[header] ?? call.trailers.get(header);
    if (given !== undefined && given !== computed[name]) {
      throw new AwsError(
        400,
        'BadDigest',
        `The ${name} you specified did not match the calculated checksum.`,
      );
    }
    if (given === undefined && (call.request.headers['x-amz-trailer'] ?? '').includes(header)) {
      throw invalidArgument(`The trailer ${header} was announced and did not come`);
    }
  }
}
