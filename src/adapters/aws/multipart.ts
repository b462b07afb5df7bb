// An upload in parts out of buffers that are used again, a few parts at a time. Every part carries its SHA-256, which S3
// verifies. Nothing is visible before the upload is completed, and one that fails is aborted, so that no parts stay
// behind, which would cost money unseen.

import { createHash } from 'node:crypto';
import type { CreateMultipartUploadRequest } from '@aws-sdk/client-s3';
import { onAbort } from '../kubernetes/on-abort.ts';
import { boundedCall } from './bounded-call.ts';
import { ABORT_MS } from './bounds.ts';
import type { Part } from './parts.ts';
import type { S3Connection } from './sdk.ts';

/** Also the number of buffers to read ahead into. */
export const partsInFlight = 3;

export interface MultipartUpload {
  readonly s3: S3Connection;
  /** Bucket, key, and what is said of the object. */
  readonly request: CreateMultipartUploadRequest;
  readonly parts: AsyncIterable<Part>;
  readonly signal: AbortSignal;
  /** Before the first part is sent: who ends before the upload is complete leaves parts behind under this id. */
  onBegun?(uploadId: string): Promise<void>;
  onSent?(sentBytes: number): void;
  /**
   * Called when all parts are there, right before the object becomes visible: what it throws aborts the upload. Gives
   * the conditions under which it may be completed.
   */
  beforeCompleting(): Promise<Conditions> | Conditions;
}

/** Of a write: this ETag must be there, or (`*`) nothing may. */
export interface Conditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

interface Completed {
  readonly versionId: string | undefined;
  readonly etag: string;
}

/** Throws what the SDK throws. */
export async function uploadInParts(upload: MultipartUpload): Promise<Completed> {
  const { s3, request, signal } = upload;
  const create = new s3.sdk.CreateMultipartUploadCommand({
    ...request,
    ChecksumAlgorithm: 'SHA256',
  });
  const { UploadId: uploadId } = await boundedCall(signal, (bounds) =>
    s3.client.send(create, bounds),
  );
  if (uploadId === undefined) throw new Error('The server gave no upload id');
  try {
    await upload.onBegun?.(uploadId);
    const parts = await sendParts(upload, uploadId);
    const answer = await s3.client.send(
      new s3.sdk.CompleteMultipartUploadCommand({
        Bucket: request.Bucket,
        Key: request.Key,
        UploadId: uploadId,
        MultipartUpload: { Parts: [...parts] },
        ...(await upload.beforeCompleting()),
      }),
      { abortSignal: signal },
    );
    return { versionId: answer.VersionId, etag: answer.ETag ?? '' };
  } catch (error) {
    await abort(upload, uploadId);
    throw error;
  }
}

interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly ChecksumSHA256: string;
}

async function sendParts(upload: MultipartUpload, uploadId: string): Promise<readonly SentPart[]> {
  const sending: Promise<SentPart>[] = [];
  const giveUp = new AbortController();
  const forget = onAbort(upload.signal, () => giveUp.abort(upload.signal.reason));
  let sentBytes = 0;
  try {
    for await (const part of upload.parts) {
      const { byteLength } = part.bytes;
      const sent = sendPart(upload, { uploadId, part, signal: giveUp.signal }).then((result) => {
        sentBytes += byteLength;
        upload.onSent?.(sentBytes);
        part.release();
        return result;
      });
      // A part that fails releases no buffer: the failure must end the loop that waits for one.
      sent.catch((error: unknown) => part.fail(error));
      sending.push(sent);
    }
    return await Promise.all(sending);
  } finally {
    // Parts that are still under way would be sent behind the back of the next attempt, into an upload that is gone.
    giveUp.abort();
    await Promise.allSettled(sending);
    forget();
  }
}

async function sendPart(
  { s3, request }: MultipartUpload,
  {
    uploadId,
    part,
    signal,
  }: { readonly uploadId: string; readonly part: Part; readonly signal: AbortSignal },
): Promise<SentPart> {
  const checksum = createHash('sha256').update(part.bytes).digest('base64');
  const answer = await s3.client.send(
    new s3.sdk.UploadPartCommand({
      Bucket: request.Bucket,
      Key: request.Key,
      UploadId: uploadId,
      PartNumber: part.number,
      Body: part.bytes,
      ChecksumSHA256: checksum,
    }),
    { abortSignal: signal },
  );
  return { PartNumber: part.number, ETag: answer.ETag ?? '', ChecksumSHA256: checksum };
}

/** Also when the upload was cancelled, hence not under its signal. A bucket rule has to remove what even this leaves. */
async function abort({ s3, request }: MultipartUpload, uploadId: string): Promise<void> {
  await s3.client
    .send(
      new s3.sdk.AbortMultipartUploadCommand({
        Bucket: request.Bucket,
        Key: request.Key,
        UploadId: uploadId,
      }),
      { abortSignal: AbortSignal.timeout(ABORT_MS) },
    )
    .catch(() => undefined);
}
