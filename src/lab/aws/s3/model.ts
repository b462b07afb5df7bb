// What the S3 server remembers: buckets, versions of objects, uploads under way. Contents are files in one temporary
// folder; an object that was uploaded in parts is the list of its parts' files, never copied together.

import type { ChecksumAlgorithm } from '../checksums.ts';

/** A file of the temporary folder. */
export interface Piece {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface ObjectChecksums {
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly values: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** What the uploader said of the object: headers that are given back with it. */
export interface ObjectLabels {
  readonly headers: Readonly<Record<string, string>>;
  readonly encryption: Readonly<Record<string, string>>;
}

export interface StoredVersion extends ObjectLabels {
  readonly key: string;
  /** "null" where the bucket was not versioned when it was written. */
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly pieces: readonly Piece[];
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksums: ObjectChecksums;
  readonly lastModified: Date;
}

export interface UploadedPart extends Piece {
  readonly md5: Buffer;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly lastModified: Date;
}

export interface MultipartUpload extends ObjectLabels {
  readonly id: string;
  readonly key: string;
  readonly startedAt: Date;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts: Map<number, UploadedPart>;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
  versioning: 'off' | 'Enabled' | 'Suspended';
  /** Anyone may read it. */
  readonly isPublic: boolean;
  /** Versions of each key, the newest last. */
  readonly objects: Map<string, StoredVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
}

/** The current version of a key, unless it is a delete marker. */
export function currentVersion(bucket: Bucket, key: string): StoredVersion | undefined {
  const newest = bucket.objects.get(key)?.at(-1);
  return newest === undefined || newest.isDeleteMarker ? undefined : newest;
}

/** Puts a version on top; in a bucket that is not versioned it replaces the one before. Gives the files no longer used. */
export function addVersion(bucket: Bucket, version: StoredVersion): readonly Piece[] {
  const versions = bucket.objects.get(version.key) ?? [];
  const replaced = versions.filter((old) => old.versionId === version.versionId);
  bucket.objects.set(version.key, [
    ...versions.filter((old) => old.versionId !== version.versionId),
    version,
  ]);
  return replaced.flatMap((old) => old.pieces);
}

/** Takes one version away for good. Gives the files no longer used. */
export function dropVersion(bucket: Bucket, key: string, versionId: string): readonly Piece[] {
  const versions = bucket.objects.get(key) ?? [];
  const kept = versions.filter((version) => version.versionId !== versionId);
  if (kept.length === 0) bucket.objects.delete(key);
  else bucket.objects.set(key, kept);
  return versions.filter((version) => version.versionId === versionId).flatMap((v) => v.pieces);
}
