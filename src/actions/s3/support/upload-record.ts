// What an upload remembers, so that it can be found again and taken back: the content that it was about to upload and
// the version that was there before. An object with that content, in another version, is ours.

import type { Json, JsonObject, WriteContext } from '../../../engine/index.ts';
import type {
  BucketClient,
  BucketObject,
  BucketReader,
  DrPorts,
  ObjectAddress,
} from '../../ports.ts';
import { uriOf } from './params.ts';

const entryKey = 'upload';
/** Of one step: more than its attempts with all their tries. */
const maxOwnVersions = 50;

interface UploadRecord extends JsonObject {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** null: there was no object. */
  readonly replaced: { readonly etag: string; readonly versionId: string | null } | null;
}

export async function recordUpload(
  ctx: WriteContext<DrPorts>,
  upload: {
    readonly address: ObjectAddress;
    readonly content: { readonly sha256: string; readonly sizeBytes: number };
    readonly replaced: BucketObject | undefined;
  },
): Promise<void> {
  const { address, content, replaced } = upload;
  const record: UploadRecord = {
    bucket: address.bucket,
    key: address.key,
    sha256: content.sha256,
    sizeBytes: content.sizeBytes,
    replaced:
      replaced === undefined
        ? null
        : { etag: replaced.etag, versionId: replaced.versionId ?? null },
  };
  await ctx.recordUndo({ [entryKey]: record });
}

const partsKey = 'parts/';

/** Of an upload in several parts, before the first of them is sent: who ends before it is complete leaves them behind. */
export async function recordParts(ctx: WriteContext<DrPorts>, uploadId: string): Promise<void> {
  await ctx.recordUndo({ [`${partsKey}${uploadId}`]: uploadId });
}

/** Ids of the uploads of this content that earlier attempts began, the newest last. */
export function cutOffUploads(
  entries: ReadonlyMap<string, Json>,
  content: { readonly sha256: string; readonly sizeBytes: number },
): readonly string[] {
  const record = entries.get(entryKey) as UploadRecord | undefined;
  if (record?.sha256 !== content.sha256 || record.sizeBytes !== content.sizeBytes) return [];
  return [...entries]
    .filter(([key]) => key.startsWith(partsKey))
    .flatMap(([, uploadId]) => (typeof uploadId === 'string' ? [uploadId] : []));
}

/** Removes the parts of uploads that were begun and not completed. */
export async function removeParts(
  s3: BucketClient,
  entries: ReadonlyMap<string, Json>,
  signal: AbortSignal,
): Promise<void> {
  const record = entries.get(entryKey) as UploadRecord | undefined;
  if (record === undefined) return;
  for (const [key, uploadId] of entries) {
    if (!key.startsWith(partsKey) || typeof uploadId !== 'string') continue;
    await s3.abandon({ bucket: record.bucket, key: record.key }, uploadId, signal);
  }
}

/** The object that this step uploaded, if it is the current one. */
export async function ownUpload(
  s3: BucketReader,
  entries: ReadonlyMap<string, Json>,
  signal: AbortSignal,
): Promise<{ readonly object: BucketObject; readonly sha256: string } | undefined> {
  const record = entries.get(entryKey) as UploadRecord | undefined;
  if (record === undefined) return undefined;
  const object = await s3.head({ bucket: record.bucket, key: record.key }, signal);
  const isOurs =
    object !== undefined &&
    object.sha256 === record.sha256 &&
    object.sizeBytes === record.sizeBytes &&
    (object.versionId ?? object.etag) !== (record.replaced?.versionId ?? record.replaced?.etag);
  return isOurs ? { object, sha256: record.sha256 } : undefined;
}

/** Whether somebody has put another object there since: neither what was there before the upload nor what it uploads. */
export async function isForeignUpload(
  s3: BucketReader,
  entries: ReadonlyMap<string, Json>,
  signal: AbortSignal,
): Promise<boolean> {
  const record = entries.get(entryKey) as UploadRecord | undefined;
  if (record === undefined) return false;
  const object = await s3.head({ bucket: record.bucket, key: record.key }, signal);
  if (object === undefined) return false;
  const { replaced, sha256, sizeBytes } = record;
  const isReplaced =
    replaced !== null &&
    (object.versionId ?? object.etag) === (replaced.versionId ?? replaced.etag);
  return !isReplaced && (object.sha256 !== sha256 || object.sizeBytes !== sizeBytes);
}

/** Removes the version that was uploaded. What it replaced in a bucket without versions cannot come back: it stays. */
export async function undoUpload(
  s3: BucketClient,
  entries: ReadonlyMap<string, Json>,
  ctx: WriteContext<DrPorts>,
): Promise<void> {
  await removeParts(s3, entries, ctx.signal);
  const record = entries.get(entryKey) as UploadRecord | undefined;
  if (record === undefined) return;
  // An upload whose answer was lost is sent again, and leaves a version of its own each time.
  for (let removed = 0; removed < maxOwnVersions; removed += 1) {
    const own = await ownUpload(s3, entries, ctx.signal);
    if (own === undefined) return;
    const { bucket, key, versionId } = own.object;
    if (record.replaced !== null && versionId === undefined) {
      ctx.report({
        message: `${uriOf(record)} stays: the object that it replaced is lost, the bucket is not versioned`,
      });
      return;
    }
    await s3.remove({ bucket, key, ...(versionId !== undefined && { versionId }) }, ctx.signal);
  }
}
