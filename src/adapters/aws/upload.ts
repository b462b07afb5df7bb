// A streamed upload with bounded memory, of content whose size and SHA-256 are known beforehand. Content that fits one
// part is a single write; larger content goes up in parts, of which those that an upload which was cut off has left there
// are not sent again. An upload is completed only when the content was what was announced (`expected-parts.ts`).

import { createHash } from 'node:crypto';
import type { BucketObject, ObjectAddress, UploadOptions } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { boundedCall } from './bounded-call.ts';
import { headObject, uriOf } from './bucket-reader.ts';
import { findCutOff } from './cut-off-upload.ts';
import { errorOf, hasName } from './errors.ts';
import { checkContent, expectedParts } from './expected-parts.ts';
import { partsInFlight, uploadInParts } from './multipart.ts';
import { partsOf } from './parts.ts';
import type { AwsConnection, S3Connection } from './sdk.ts';

const maxParts = 10_000;

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
  checkContent(target.options, { sizeBytes, sha256: hash.digest('hex') }, uriOf(target.address));
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
  const { s3, options, address } = target;
  const { cutOff = [], signal } = options;
  const begun = await findCutOff(s3, { address, uploadIds: cutOff, signal });
  try {
    const { versionId } = await uploadInParts({
      s3,
      request: labels(target),
      parts: expectedParts(options, { partSizeBytes, buffers: partsInFlight, uri: uriOf(address) }),
      signal,
      ...(begun !== undefined && { begun }),
      ...(options.onParts !== undefined && { onBegun: options.onParts }),
      onSent: options.onProgress,
      beforeCompleting: () => ({}),
    });
    return versionId;
  } catch (cause) {
    // The SDK asks again when the answer was lost; by then the upload may have become the object, which is looked at next.
    if (hasName(cause, 'NoSuchUpload')) return undefined;
    throw cause;
  }
}

export async function abandonUpload(
  connection: AwsConnection,
  address: ObjectAddress,
  { uploadId, signal }: { readonly uploadId: string; readonly signal: AbortSignal },
): Promise<void> {
  const { sdk, client } = await connection.s3();
  const input = { Bucket: address.bucket, Key: address.key, UploadId: uploadId };
  try {
    await boundedCall(signal, (bounds) =>
      client.send(new sdk.AbortMultipartUploadCommand(input), bounds),
    );
  } catch (cause) {
    if (hasName(cause, 'NoSuchUpload')) return;
    throw errorOf(cause, `remove the parts of an upload to ${uriOf(address)}`, signal);
  }
}

async function verified(
  connection: AwsConnection,
  { address, options, versionId }: Target & { readonly versionId: string | undefined },
): Promise<BucketObject> {
  // "null" is what some servers call the only version of a bucket that has none.
  const isVersion = versionId !== undefined && versionId !== 'null';
  const uploaded = { ...address, ...(isVersion && { versionId }) };
  const found = await headObject(connection, uploaded, options.signal);
  if (found?.sizeBytes === options.sizeBytes && found.sha256 === options.sha256) return found;
  throw new DrctlError(
    'DATA_CORRUPT',
    `${uriOf(address)} is not what was uploaded: ${found === undefined ? 'it is absent' : `it has ${found.sizeBytes} bytes and the SHA-256 ${found.sha256 ?? 'unknown'}`}`,
    { retryable: true },
  );
}
