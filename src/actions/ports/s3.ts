// S3 as actions need it.

export interface BucketObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Hex, where the uploader recorded it. */
  readonly sha256?: string;
}

export interface BucketFacts {
  readonly region: string;
  readonly versioned: boolean;
  /** Anyone may read it: a bucket for OIDC documents, not for backups. undefined: may not be asked. */
  readonly public: boolean | undefined;
  /** "AES256", "aws:kms"; undefined: none, or may not be asked. */
  readonly encryption: string | undefined;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface BucketReader {
  /** undefined: no such bucket. CLIENT_DENIED when it may not be asked. */
  bucket(name: string, signal: AbortSignal): Promise<BucketFacts | undefined>;
  /** undefined: no such object. */
  head(address: ObjectAddress, signal: AbortSignal): Promise<BucketObject | undefined>;
  /** Every object whose key begins with the prefix, by key; paged, one page in memory. CLIENT_NOT_FOUND: no such bucket. */
  list(
    where: { readonly bucket: string; readonly prefix: string },
    signal: AbortSignal,
  ): AsyncIterable<{ readonly key: string; readonly sizeBytes: number }>;
  /** Streamed; CLIENT_NOT_FOUND. */
  read(address: ObjectAddress, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Signs locally, without any request. `expiresAt` is never later than what the credentials allow. */
  presign(
    address: ObjectAddress,
    options: { readonly method: 'GET' | 'PUT'; readonly expiresInSeconds: number },
  ): Promise<{ readonly url: string; readonly expiresAt: string }>;
  /**
   * May we write there? Asked by a write that cannot succeed: it carries a digest that its body does not have, and S3
   * looks at the rights before it looks at the body.
   */
  mayWrite(address: ObjectAddress, signal: AbortSignal): Promise<boolean>;
  /** Who we are: "arn:aws:iam::123:user/x"; undefined where STS does not answer. */
  identity(signal: AbortSignal): Promise<string | undefined>;
}

/** CRC-32 of a content in stretches of one size; the last may be shorter. */
export interface PartChecksums {
  readonly partSizeBytes: number;
  /** Unsigned, in the order of the stretches. */
  readonly crc32: readonly number[];
}

export interface UploadOptions {
  readonly content: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  /** Hex SHA-256 of the whole content: kept with the object and checked again at the bucket after the upload. */
  readonly sha256: string;
  /**
   * Where the same reading that gave the SHA-256 gave these too: an upload in parts of this size holds each part against its
   * own before it is sent, and hashes the whole no second time.
   */
  readonly partChecksums?: PartChecksums;
  readonly partSizeBytes: number;
  readonly encryption: 'none' | 'AES256' | 'aws:kms';
  readonly kmsKeyId?: string;
  onProgress(sentBytes: number): void;
  /** Awaited before the first part of an upload in several parts is sent: by this id `abandon` finds it. */
  onParts?(uploadId: string): Promise<void>;
  /**
   * Ids of uploads of this very content that were cut off, the newest last. The newest that is still there is gone on
   * with: what the bucket has of it already is not sent again. The others stay as they are.
   */
  readonly cutOff?: readonly string[];
  readonly signal: AbortSignal;
}

export interface BucketClient extends BucketReader {
  /** Streamed multipart upload; an upload that fails leaves no parts behind. DATA_CORRUPT when a checksum differs. */
  upload(address: ObjectAddress, options: UploadOptions): Promise<BucketObject>;
  /** Removes the parts of an upload that was cut off. Nothing happens when it was completed, or is gone. */
  abandon(address: ObjectAddress, uploadId: string, signal: AbortSignal): Promise<void>;
  /** Removes this version (or the object, where the bucket is not versioned). Nothing happens when absent. */
  remove(address: ObjectAddress, signal: AbortSignal): Promise<void>;
}
