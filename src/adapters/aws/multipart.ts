// An upload in parts out of buffers that are used again, a few parts at a time. Every part carries a checksum, which S3
// verifies. Nothing is visible before the upload is completed, and one that fails is aborted, so that no parts stay
// behind, which would cost money unseen.

import type { CreateMultipartUploadRequest } from '@aws-sdk/client-s3';
import { onAbort } from '../kubernetes/on-abort.ts';
import { boundedCall } from './bounded-call.ts';
import { ABORT_MS } from './bounds.ts';
import type { CutOffUpload } from './cut-off-upload.ts';
import type { Part } from './parts.ts';
import { createPartSender, isSame } from './send-part.ts';
import type { SentPart } from './send-part.ts';
import type { S3Connection } from './sdk.ts';

/** Also the number of buffers to read ahead into. */
export const partsInFlight = 3;

export interface MultipartUpload {
  readonly s3: S3Connection;
  /** Bucket, key, and what is said of the object. */
  readonly request: CreateMultipartUploadRequest;
  readonly parts: AsyncIterable<Part>;
  readonly signal: AbortSignal;
  /** It is gone on with instead of a new one: what it has is not sent again. */
  readonly begun?: CutOffUpload;
  /** Before the first part of a new one is sent: who ends before the upload is complete leaves parts behind under this id. */
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
  const { s3, request, signal, begun } = upload;
  const uploadId = begun?.uploadId ?? (await begin(upload));
  try {
    if (begun === undefined) await upload.onBegun?.(uploadId);
    const parts = await sendParts(upload, uploadId);
    const answer = await s3.client.send(
      new s3.sdk.CompleteMultipartUploadCommand({
        Bucket: request.Bucket,
        Key: request.Key,
        UploadId: uploadId,
        MultipartUpload: {
          Parts: parts.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({
            PartNumber,
            ETag,
            ChecksumCRC32,
          })),
        },
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

async function begin({ s3, request, signal }: MultipartUpload): Promise<string> {
  const create = new s3.sdk.CreateMultipartUploadCommand({
    ...request,
    ChecksumAlgorithm: 'CRC32',
  });
  const { UploadId } = await boundedCall(signal, (bounds) => s3.client.send(create, bounds));
  if (UploadId === undefined) throw new Error('The server gave no upload id');
  return UploadId;
}

async function sendParts(upload: MultipartUpload, uploadId: string): Promise<readonly SentPart[]> {
  const { s3, request, begun } = upload;
  const at = { Bucket: request.Bucket, Key: request.Key, UploadId: uploadId };
  const sender = createPartSender(s3);
  const sending: Promise<SentPart>[] = [];
  const giveUp = new AbortController();
  const forget = onAbort(upload.signal, () => giveUp.abort(upload.signal.reason));
  let sentBytes = 0;
  try {
    for await (const part of upload.parts) {
      const there = begun?.parts.get(part.number);
      const sent = (
        isSame(there, part)
          ? Promise.resolve(there)
          : sender.send({ at, part, signal: giveUp.signal })
      ).then((result) => {
        sentBytes += result.sizeBytes;
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
