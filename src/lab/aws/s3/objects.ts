// PutObject, GetObject, HeadObject, DeleteObject. Conditions are looked at when the bytes have arrived, in the same turn
// in which the version is put in place, so that of two writers with If-None-Match exactly one wins.

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AwsError } from '../aws-error.ts';
import { queryValue } from '../http.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import { noSuchKey, preconditionFailed, removePieces } from './context.ts';
import type { BucketCall, ObjectCall } from './context.ts';
import { checksumHeaders, labelsOf, objectHeaders } from './labels.ts';
import { addVersion, currentVersion, dropVersion } from './model.ts';
import type { Bucket, Piece, StoredVersion } from './model.ts';
import { receiveBody } from './receive.ts';

export async function putObject(call: ObjectCall): Promise<AwsReply> {
  const labels = labelsOf(call.request);
  const received = await receiveBody(call);
  return commitVersion(call, {
    ...labels,
    pieces: [received],
    sizeBytes: received.sizeBytes,
    etag: received.md5.toString('hex'),
    checksums: { type: 'FULL_OBJECT', values: received.checksums },
  });
}

type NewContent = Omit<StoredVersion, 'key' | 'versionId' | 'isDeleteMarker' | 'lastModified'>;

/** Checks the conditions and puts the version in place. On a refusal the new files are removed. */
export async function commitVersion(call: ObjectCall, content: NewContent): Promise<AwsReply> {
  const { bucket, key, server, request } = call;
  const refusal = conditionRefusal(request, currentVersion(bucket, key), key);
  if (refusal !== undefined) {
    await removePieces(content.pieces);
    throw refusal;
  }
  const version: StoredVersion = {
    ...content,
    key,
    versionId: newVersionId(bucket),
    isDeleteMarker: false,
    lastModified: server.now(),
  };
  await removePieces(addVersion(bucket, version));
  return {
    status: 200,
    headers: {
      etag: `"${version.etag}"`,
      ...version.encryption,
      ...checksumHeaders(version),
      ...(version.versionId !== 'null' && { 'x-amz-version-id': version.versionId }),
    },
  };
}

/** If-None-Match: * and If-Match: "etag" of a write. */
function conditionRefusal(
  request: AwsRequest,
  current: StoredVersion | undefined,
  key: string,
): AwsError | undefined {
  const none = request.headers['if-none-match'];
  if (none !== undefined && none !== '*') {
    return new AwsError(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { Header: 'If-None-Match' },
    );
  }
  if (none === '*' && current !== undefined) return preconditionFailed('If-None-Match');
  const match = request.headers['if-match'];
  if (match === undefined) return undefined;
  if (current === undefined) return noSuchKey(key);
  return unquoted(match) === current.etag ? undefined : preconditionFailed('If-Match');
}

function unquoted(etag: string): string {
  return etag.trim().replaceAll('"', '');
}

function newVersionId(bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
}

export function getObject(call: ObjectCall): AwsReply {
  const { request } = call;
  const version = requestedVersion(call);
  const range = parseRange(request.headers['range'], version.sizeBytes);
  const headers = objectHeaders(version, {
    // A part of the object has another checksum than the whole.
    withChecksums:
      range === undefined && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED',
  });
  const refused = readCondition(request, version);
  if (refused === 304) return { status: 304, headers };
  if (refused === 412) throw preconditionFailed('If-Match');
  const body = request.method === 'HEAD' ? '' : readPieces(version.pieces, range);
  const length = String(range === undefined ? version.sizeBytes : range.end - range.start + 1);
  if (range === undefined)
    return { status: 200, headers: { ...headers, 'content-length': length }, body };
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': length,
      'content-range': `bytes ${range.start}-${range.end}/${version.sizeBytes}`,
    },
    body,
  };
}

function requestedVersion(call: ObjectCall): StoredVersion {
  const { bucket, key } = call;
  const versionId = queryValue(call.request, 'versionId');
  const versions = bucket.objects.get(key) ?? [];
  const found =
    versionId === undefined
      ? versions.at(-1)
      : versions.find((version) => version.versionId === versionId);
  if (found === undefined && versionId !== undefined) {
    throw new AwsError(404, 'NoSuchVersion', 'The specified version does not exist.', {
      Key: key,
      VersionId: versionId,
    });
  }
  if (found === undefined) throw noSuchKey(key);
  if (!found.isDeleteMarker) return found;
  if (versionId === undefined) throw noSuchKey(key);
  throw new AwsError(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
  );
}

function readCondition(request: AwsRequest, version: StoredVersion): 304 | 412 | undefined {
  const match = request.headers['if-match'];
  if (match !== undefined && unquoted(match) !== version.etag) return 412;
  const none = request.headers['if-none-match'];
  if (none !== undefined && (none === '*' || unquoted(none) === version.etag)) return 304;
  return undefined;
}

interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** undefined: all of it, also for a header that is not understood. Throws InvalidRange. */
function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start >= sizeBytes || start > end) {
    throw new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header ?? '',
      ActualObjectSize: String(sizeBytes),
    });
  }
  return { start, end };
}

export async function* readPieces(
  pieces: readonly Piece[],
  range?: ByteRange,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const { path, sizeBytes } of pieces) {
    const start = Math.max(0, (range?.start ?? 0) - offset);
    const end = Math.min(sizeBytes - 1, (range?.end ?? Number.MAX_SAFE_INTEGER) - offset);
    offset += sizeBytes;
    if (start > end) continue;
    for await (const data of createReadStream(path, { start, end })) yield data as Buffer;
  }
}

export async function deleteObject(call: ObjectCall): Promise<AwsReply> {
  const result = await deleteKey(call, call.key, queryValue(call.request, 'versionId'));
  return {
    status: 204,
    headers: {
      ...(result.versionId !== undefined && { 'x-amz-version-id': result.versionId }),
      ...(result.isDeleteMarker && { 'x-amz-delete-marker': 'true' }),
    },
  };
}

/** Removes the version that is named; without one, puts a delete marker in place where the bucket is versioned. */
export async function deleteKey(
  call: BucketCall,
  key: string,
  versionId: string | undefined,
): Promise<{ readonly versionId?: string; readonly isDeleteMarker: boolean }> {
  const { bucket, server } = call;
  if (versionId !== undefined) {
    const found = bucket.objects.get(key)?.find((version) => version.versionId === versionId);
    await removePieces(dropVersion(bucket, key, versionId));
    return { versionId, isDeleteMarker: found?.isDeleteMarker ?? false };
  }
  if (bucket.versioning === 'off') {
    await removePieces(dropVersion(bucket, key, 'null'));
    return { isDeleteMarker: false };
  }
  const marker: StoredVersion = {
    key,
    versionId: newVersionId(bucket),
    isDeleteMarker: true,
    pieces: [],
    sizeBytes: 0,
    etag: '',
    checksums: { type: 'FULL_OBJECT', values: {} },
    headers: {},
    encryption: {},
    lastModified: server.now(),
  };
  await removePieces(addVersion(bucket, marker));
  return { versionId: marker.versionId, isDeleteMarker: true };
}
