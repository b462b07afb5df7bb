// What a killed process has left of an upload in parts. The bucket has verified those parts, and lists them with their
// checksums; where it lists none, every part is sent again.

import type { ObjectAddress } from '../../actions/ports.ts';
import { boundedCall } from './bounded-call.ts';
import { hasName, isStatus } from './errors.ts';
import type { S3Connection } from './sdk.ts';
import type { SentPart } from './send-part.ts';

export interface CutOffUpload {
  readonly uploadId: string;
  /** By their numbers. */
  readonly parts: ReadonlyMap<number, SentPart>;
}

interface Search {
  readonly address: ObjectAddress;
  /** The newest last. */
  readonly uploadIds: readonly string[];
  readonly signal: AbortSignal;
}

/** undefined: none of them is there, or may be looked at. Throws what the SDK throws. */
export async function findCutOff(
  s3: S3Connection,
  search: Search,
): Promise<CutOffUpload | undefined> {
  for (const uploadId of search.uploadIds.toReversed()) {
    try {
      return { uploadId, parts: await partsThere(s3, search, uploadId) };
    } catch (error) {
      // Who may write may not always list parts: then everything is sent again.
      if (!hasName(error, 'NoSuchUpload') && !isStatus(error, 403)) throw error;
    }
  }
  return undefined;
}

/** 1,000 parts each; an upload has 10,000 at most. */
const maxPages = 10;

async function partsThere(
  { sdk, client }: S3Connection,
  { address, signal }: Search,
  uploadId: string,
): Promise<ReadonlyMap<number, SentPart>> {
  const there = new Map<number, SentPart>();
  let marker: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const command = new sdk.ListPartsCommand({
      Bucket: address.bucket,
      Key: address.key,
      UploadId: uploadId,
      ...(marker !== undefined && { PartNumberMarker: marker }),
    });
    const answer = await boundedCall(signal, (bounds) => client.send(command, bounds));
    for (const { PartNumber, Size, ETag, ChecksumCRC32 } of answer.Parts ?? []) {
      if (PartNumber === undefined || Size === undefined) continue;
      if (ETag === undefined || ChecksumCRC32 === undefined) continue;
      there.set(PartNumber, { PartNumber, ETag, ChecksumCRC32, sizeBytes: Size });
    }
    marker = answer.NextPartNumberMarker;
    if (answer.IsTruncated !== true || marker === undefined) break;
  }
  return there;
}
