// A streamed upload with bounded memory. Content that fits one part is a single write; larger content goes up in parts, a
// few at a time, out of buffers that are used again. Every part carries its SHA-256, which S3 verifies; the SHA-256 of
// the whole is computed on the way and must be the expected one before the upload is completed. An upload that fails is
// aborted, so that no parts stay behind, which would cost money unseen.

import { createHash } from 'node:crypto';
import type { BucketObject, ObjectAddress, UploadOptions } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { headObject, uriOf } from './bucket-reader.ts';
import { errorOf } from './errors.ts';
import { partsOf } from './parts.ts';
import type { Part } from './parts.ts';
import type { AwsConnection, S3Connection } from './sdk.ts';

const maxParts = 10_000;
const partsInFlight = 3;
const abortMs = 30_000;

export async function uploadObject(
  connection: AwsConnection,
  address: ObjectAddress,
  options: UploadOptions,
): Promise<BucketObject> {
  const s3 = await connection.s3();
  const target: Target = { s3, address, options };
  try {
    const partSizeBytes = Math.max(options.partSizeBytes, Math.ceil(options.sizeBytes / maxParts));
    const versionId =
      options.sizeBytes <= partSizeBytes
        ? await putWhole(target)
        : await putInParts(target, partSizeBytes);
    return await verified(connection, { ...target, versionId });
  } catch (cause) {
    throw errorOf(cause, `upload ${uriOf(address)}`, options.signal);
  }
}

interface Target {
  readonly s3: S3Connection;
  readonly address: ObjectAddress;
  readonly options: UploadOptions;
}

/** What is the same for a write in one piece and in parts. */
function labels({ address, options }: Target) {
  const { encryption, kmsKeyId } = options;
  return {
    Bucket: address.bucket,
    Key: address.key,
    Metadata: { sha256: options.sha256 },
    ContentType: 'application/octet-stream',
    ...(encryption !== 'none' && { ServerSideEncryption: encryption }),
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
  };
}

async function putWhole(target: Target): Promise<string | undefined> {
  const { s3, options } = target;
  const size = { partSizeBytes: Math.max(1, options.sizeBytes), buffers: 1 };
  const hash = createHash('sha256');
  let body: Uint8Array = new Uint8Array();
  let sizeBytes = 0;
  for await (const part of partsOf(options.content, size)) {
    hash.update(part.bytes);
    sizeBytes += part.bytes.byteLength;
    // More than announced is refused below; it is not kept.
    if (sizeBytes <= options.sizeBytes) body = Uint8Array.from(part.bytes);
    part.release();
  }
  checkContent(target, { sizeBytes, sha256: hash.digest('hex') });
  const answer = await s3.client.send(
    new s3.sdk.PutObjectCommand({
      ...labels(target),
      Body: body,
      ChecksumSHA256: Buffer.from(options.sha256, 'hex').toString('base64'),
    }),
    { abortSignal: options.signal },
  );
  options.onProgress(sizeBytes);
  return answer.VersionId;
}

async function putInParts(target: Target, partSizeBytes: number): Promise<string | undefined> {
  const { s3, options } = target;
  const { UploadId: uploadId } = await s3.client.send(
    new s3.sdk.CreateMultipartUploadCommand({ ...labels(target), ChecksumAlgorithm: 'SHA256' }),
    { abortSignal: options.signal },
  );
  if (uploadId === undefined) throw new Error('The server gave no upload id');
  try {
    const parts = await sendParts(target, { uploadId, partSizeBytes });
    const answer = await s3.client.send(
      new s3.sdk.CompleteMultipartUploadCommand({
        Bucket: target.address.bucket,
        Key: target.address.key,
        UploadId: uploadId,
        MultipartUpload: { Parts: [...parts] },
      }),
      { abortSignal: options.signal },
    );
    return answer.VersionId;
  } catch (error) {
    await abort(target, uploadId);
    throw error;
  }
}

interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly ChecksumSHA256: string;
}

async function sendParts(
  target: Target,
  upload: { readonly uploadId: string; readonly partSizeBytes: number },
): Promise<readonly SentPart[]> {
  const { options } = target;
  const hash = createHash('sha256');
  const sending: Promise<SentPart>[] = [];
  let sizeBytes = 0;
  let sentBytes = 0;
  const size = { partSizeBytes: upload.partSizeBytes, buffers: partsInFlight };
  for await (const part of partsOf(options.content, size)) {
    hash.update(part.bytes);
    const { byteLength } = part.bytes;
    sizeBytes += byteLength;
    const sent = sendPart(target, { uploadId: upload.uploadId, part }).then((result) => {
      sentBytes += byteLength;
      options.onProgress(sentBytes);
      part.release();
      return result;
    });
    // A part that fails releases no buffer: the failure must end the loop that waits for one.
    sent.catch((error: unknown) => part.fail(error));
    sending.push(sent);
  }
  const parts = await Promise.all(sending);
  checkContent(target, { sizeBytes, sha256: hash.digest('hex') });
  return parts;
}

async function sendPart(
  { s3, address, options }: Target,
  { uploadId, part }: { readonly uploadId: string; readonly part: Part },
): Promise<SentPart> {
  const checksum = createHash('sha256').update(part.bytes).digest('base64');
  const answer = await s3.client.send(
    new s3.sdk.UploadPartCommand({
      Bucket: address.bucket,
      Key: address.key,
      UploadId: uploadId,
      PartNumber: part.number,
      Body: part.bytes,
      ChecksumSHA256: checksum,
    }),
    { abortSignal: options.signal },
  );
  return { PartNumber: part.number, ETag: answer.ETag ?? '', ChecksumSHA256: checksum };
}

function checkContent(
  { address, options }: Target,
  found: { readonly sizeBytes: number; readonly sha256: string },
): void {
  if (found.sizeBytes === options.sizeBytes && found.sha256 === options.sha256) return;
  throw new DrctlError(
    'DATA_CORRUPT',
    `The content for ${uriOf(address)} is ${found.sizeBytes} bytes with the SHA-256 ${found.sha256}, expected are ${options.sizeBytes} bytes with ${options.sha256}`,
    { hint: 'The file was changed while it was uploaded' },
  );
}

/** Also when the upload was cancelled, hence not under its signal. A bucket rule has to remove what even this leaves. */
async function abort({ s3, address }: Target, uploadId: string): Promise<void> {
  await s3.client
    .send(
      new s3.sdk.AbortMultipartUploadCommand({
        Bucket: address.bucket,
        Key: address.key,
        UploadId: uploadId,
      }),
      { abortSignal: AbortSignal.timeout(abortMs) },
    )
    .catch(() => undefined);
}

async function verified(
  connection: AwsConnection,
  { address, options, versionId }: Target & { readonly versionId: string | undefined },
): Promise<BucketObject> {
  const uploaded = { ...address, ...(versionId !== undefined && { versionId }) };
  const found = await headObject(connection, uploaded, options.signal);
  if (found?.sizeBytes === options.sizeBytes && found.sha256 === options.sha256) return found;
  throw new DrctlError(
    'DATA_CORRUPT',
    `${uriOf(address)} is not what was uploaded: ${found === undefined ? 'it is absent' : `it has ${found.sizeBytes} bytes and the SHA-256 ${found.sha256 ?? 'unknown'}`}`,
    { retryable: true },
  );
}
