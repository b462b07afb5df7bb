// One part of an upload with its CRC-32, which S3 verifies and answers with. Until a server has answered so, and where
// nothing encrypts the way to it, the SHA-256 of the part is signed as well: that every server verifies.

import { Readable } from 'node:stream';
import type { UploadPartCommandInput } from '@aws-sdk/client-s3';
import { DrctlError } from '../../engine/index.ts';
import type { Part } from './parts.ts';
import type { S3Connection } from './sdk.ts';

export interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
  /** Base64. */
  readonly ChecksumCRC32: string;
  readonly sizeBytes: number;
}

interface Sending {
  readonly at: Pick<UploadPartCommandInput, 'Bucket' | 'Key' | 'UploadId'>;
  readonly part: Part;
  readonly signal: AbortSignal;
}

export interface PartSender {
  /** Throws what the SDK throws; DATA_CORRUPT when the server got something else. */
  send(sending: Sending): Promise<SentPart>;
}

/** Of one upload. */
export function createPartSender({ sdk, client }: S3Connection): PartSender {
  let verifies = false;
  return {
    async send({ at, part, signal }) {
      const ChecksumCRC32 = checksumOf(part);
      const command = new sdk.UploadPartCommand({
        ...at,
        PartNumber: part.number,
        Body: part.bytes,
        ChecksumCRC32,
      });
      if (verifies) leaveUnsigned(command);
      writeInSlices(command);
      const answer = await client.send(command, { abortSignal: signal });
      const { ETag = '', ChecksumCRC32: answered } = answer;
      if (answered !== undefined && answered !== ChecksumCRC32) throw received(part, answered);
      verifies = answered !== undefined;
      const sizeBytes = part.bytes.byteLength;
      return { PartNumber: part.number, ETag, ChecksumCRC32, sizeBytes };
    },
  };
}

/** Whether the bucket has this very part already. */
export function isSame(there: SentPart | undefined, part: Part): there is SentPart {
  return there?.sizeBytes === part.bytes.byteLength && there.ChecksumCRC32 === checksumOf(part);
}

/** As S3 writes it: big-endian, in base64. */
function checksumOf({ crc32 }: Part): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32);
  return sum.toString('base64');
}

type Command = InstanceType<S3Connection['sdk']['UploadPartCommand']>;

/** The body only: the request itself, with the checksum in it, is always signed. */
function leaveUnsigned(command: Command): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { protocol: string; headers: Record<string, string> };
      if (request.protocol === 'https:') {
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(args);
    },
    { step: 'build', name: 'unsignedBody' },
  );
}

/** What is given to TLS at once is there a second time, encrypted, until it is sent. */
const sliceBytes = 256 * 1024;

/** After the SDK's retries, which want the whole body, and for each try anew. */
function writeInSlices(command: Command): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { protocol: string; body: unknown };
      const whole = request.body;
      if (request.protocol !== 'https:' || !(whole instanceof Uint8Array)) return next(args);
      request.body = Readable.from(slicesOf(whole), { objectMode: false });
      try {
        return await next(args);
      } finally {
        request.body = whole;
      }
    },
    { step: 'deserialize', priority: 'low', name: 'bodyInSlices' },
  );
}

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += sliceBytes) {
    yield bytes.subarray(start, start + sliceBytes);
  }
}

function received(part: Part, answered: string): DrctlError {
  return new DrctlError(
    'DATA_CORRUPT',
    `The server got a part ${part.number} with the CRC-32 ${answered}, which is not what was sent`,
    { retryable: true },
  );
}
