// What every S3 operation is given: the request with its body already unwrapped, the bucket and key it names, and the
// server's memory. Operations throw AwsError and never touch sockets.

import { rm } from 'node:fs/promises';
import { AwsError } from '../aws-error.ts';
import { xmlDocument } from '../xml.ts';
import type { XmlContent } from '../xml.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import type { Bucket, Piece } from './model.ts';

export interface S3Server {
  readonly region: string;
  readonly folder: string;
  readonly buckets: Map<string, Bucket>;
  now(): Date;
}

export interface S3Call {
  readonly server: S3Server;
  readonly request: AwsRequest;
  /** Hex, where the client signed the payload as one; checked while the body is received. */
  readonly payloadSha256: string | undefined;
  /** Checksums that came behind the body. Complete once the body has been read. */
  readonly trailers: ReadonlyMap<string, string>;
}

export interface BucketCall extends S3Call {
  readonly bucket: Bucket;
}

export interface ObjectCall extends BucketCall {
  readonly key: string;
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlReply(
  root: string,
  content: XmlContent,
  headers: Readonly<Record<string, string>> = {},
): AwsReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlDocument(root, namespace, content),
  };
}

export async function removePieces(pieces: readonly Piece[]): Promise<void> {
  for (const piece of pieces) await rm(piece.path, { force: true });
}

export function noSuchBucket(name: string): AwsError {
  return new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist', {
    BucketName: name,
  });
}

export function noSuchKey(key: string): AwsError {
  return new AwsError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

export function invalidArgument(message: string): AwsError {
  return new AwsError(400, 'InvalidArgument', message);
}

/** For faults of HEAD requests too: their answer has no body. */
export function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { Condition: condition },
  );
}
