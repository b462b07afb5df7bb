// S3, the reading side: facts of a bucket, objects and their bytes, pre-signed URLs.

import { addAbortSignal, Readable } from 'node:stream';
import { DrctlError } from '../../engine/index.ts';
import type { BucketObject, BucketReader, ObjectAddress } from '../../actions/ports.ts';
import { boundedCall } from './bounded-call.ts';
import { ANSWER_MS } from './bounds.ts';
import { bucketFacts } from './bucket-facts.ts';
import { errorOf, hasName, isStatus } from './errors.ts';
import type { AwsConnection, S3Connection } from './sdk.ts';

export function createBucketReader(connection: AwsConnection): BucketReader {
  return {
    bucket: (name, signal) => bucketFacts(connection, name, signal),
    head: (address, signal) => headObject(connection, address, signal),
    list: (where, signal) => listObjects(connection, where, signal),
    read: (address, signal) => readObject(connection, address, signal),
    presign: (address, options) => presign(connection, address, options),
    mayWrite: (address, signal) => mayWrite(connection, address, signal),
    identity: async (signal) => {
      try {
        return await connection.identity(signal);
      } catch (cause) {
        const error = errorOf(cause, 'ask STS who we are', signal);
        if (error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE') return undefined;
        throw error;
      }
    },
  };
}

export function inputOf({ bucket, key, versionId }: ObjectAddress) {
  return { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
}

export function uriOf({ bucket, key }: ObjectAddress): string {
  return `s3://${bucket}/${key}`;
}

export async function headObject(
  connection: AwsConnection,
  address: ObjectAddress,
  signal: AbortSignal,
): Promise<BucketObject | undefined> {
  try {
    const { sdk, client } = await connection.s3();
    const command = new sdk.HeadObjectCommand({ ...inputOf(address), ChecksumMode: 'ENABLED' });
    const answer = await boundedCall(signal, (options) => client.send(command, options));
    const sha256 = answer.Metadata?.['sha256'] ?? hexOf(answer.ChecksumSHA256);
    const versionId = answer.VersionId;
    return {
      bucket: address.bucket,
      key: address.key,
      ...(versionId !== undefined && versionId !== 'null' && { versionId }),
      sizeBytes: answer.ContentLength ?? 0,
      etag: plainEtag(answer.ETag),
      ...(sha256 !== undefined && { sha256 }),
    };
  } catch (cause) {
    // 405: the version that was named is a delete marker.
    if (hasName(cause, 'NotFound', 'NoSuchKey', 'NoSuchVersion') || isStatus(cause, 405)) {
      return undefined;
    }
    throw errorOf(cause, `look at ${uriOf(address)}`, signal);
  }
}

/** 1,000 keys each. */
const maxPages = 10_000;

async function* listObjects(
  connection: AwsConnection,
  where: { readonly bucket: string; readonly prefix: string },
  signal: AbortSignal,
): AsyncGenerator<{ readonly key: string; readonly sizeBytes: number }> {
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await listPage(connection, { ...where, token, signal });
    for (const { Key, Size } of answer.Contents ?? []) {
      if (Key !== undefined) yield { key: Key, sizeBytes: Size ?? 0 };
    }
    token = answer.NextContinuationToken;
    if (answer.IsTruncated !== true || token === undefined) return;
  }
  throw new DrctlError(
    'CLIENT_INVALID',
    `s3://${where.bucket}/${where.prefix} has too many objects`,
  );
}

async function listPage(
  connection: AwsConnection,
  {
    bucket,
    prefix,
    token,
    signal,
  }: {
    readonly bucket: string;
    readonly prefix: string;
    readonly token: string | undefined;
    readonly signal: AbortSignal;
  },
) {
  try {
    const { sdk, client } = await connection.s3();
    return await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
      { abortSignal: signal },
    );
  } catch (cause) {
    throw errorOf(cause, `list s3://${bucket}/${prefix}`, signal);
  }
}

function plainEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/** Of the checksum of a whole object; that of an object in parts ("…-3") is not one of its content. */
function hexOf(checksum: string | undefined): string | undefined {
  if (checksum === undefined || checksum.includes('-')) return undefined;
  return Buffer.from(checksum, 'base64').toString('hex');
}

async function* readObject(
  connection: AwsConnection,
  address: ObjectAddress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const { sdk, client } = await connection.s3();
    const answer = await client.send(new sdk.GetObjectCommand(inputOf(address)), {
      abortSignal: signal,
      requestTimeout: ANSWER_MS,
    });
    if (!(answer.Body instanceof Readable)) throw new Error('The answer has no body');
    for await (const chunk of addAbortSignal(signal, answer.Body)) yield chunk as Uint8Array;
  } catch (cause) {
    throw errorOf(cause, `read ${uriOf(address)}`, signal);
  }
}

async function presign(
  connection: AwsConnection,
  address: ObjectAddress,
  options: { readonly method: 'GET' | 'PUT'; readonly expiresInSeconds: number },
): Promise<{ readonly url: string; readonly expiresAt: string }> {
  const { expiresInSeconds } = options;
  try {
    const { sdk, client, signer } = await connection.s3();
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    // The time as the server has it, where its answers have shown that this machine's clock is off: a URL that is
    // signed in the future or the past is refused by the server that the URL is for.
    const signingDate = new Date(Date.now() + client.config.systemClockOffset);
    const command =
      options.method === 'GET'
        ? new sdk.GetObjectCommand(inputOf(address))
        : new sdk.PutObjectCommand({ Bucket: address.bucket, Key: address.key });
    const url = await getSignedUrl(signer, command, { expiresIn: expiresInSeconds, signingDate });
    const requestedMs = signingDate.getTime() + expiresInSeconds * 1_000;
    const endMs = (await credentialsEnd(signer))?.getTime() ?? requestedMs;
    return { url, expiresAt: new Date(Math.min(requestedMs, endMs)).toISOString() };
  } catch (cause) {
    throw errorOf(cause, `sign a URL for ${uriOf(address)}`);
  }
}

/** A URL dies with the credentials that signed it, whatever it says itself. undefined: they do not end. */
async function credentialsEnd(signer: S3Connection['signer']): Promise<Date | undefined> {
  return (await signer.config.credentials()).expiration;
}

/** A digest of other bytes than the body's: the write is looked at, and refused for that at the latest. */
const wrongMd5 = 'AAAAAAAAAAAAAAAAAAAAAA==';
/** No object has it: a server that does not verify digests refuses the write for this. */
const noEtag = '"drctl-asks-whether-it-may-write"';

const refusedForTheProbe = [
  'BadDigest',
  'InvalidDigest',
  'PreconditionFailed',
  'ConditionalRequestConflict',
  'NoSuchKey',
];

/** A write with a condition needs s3:GetObject too, so a denial is asked for once more without one. */
async function mayWrite(
  connection: AwsConnection,
  address: ObjectAddress,
  signal: AbortSignal,
): Promise<boolean> {
  for (const condition of [{ IfMatch: noEtag }, {}]) {
    if (await isWriteAllowed(connection, address, { condition, signal })) return true;
  }
  return false;
}

async function isWriteAllowed(
  connection: AwsConnection,
  address: ObjectAddress,
  { condition, signal }: { readonly condition: object; readonly signal: AbortSignal },
): Promise<boolean> {
  const { sdk, client } = await connection.s3();
  try {
    const command = new sdk.PutObjectCommand({
      Bucket: address.bucket,
      Key: address.key,
      Body: 'drctl',
      ContentMD5: wrongMd5,
      ...condition,
    });
    await boundedCall(signal, (options) => client.send(command, options));
  } catch (cause) {
    if (hasName(cause, ...refusedForTheProbe)) return true;
    const error = errorOf(cause, `ask whether we may write ${uriOf(address)}`, signal);
    if (error instanceof DrctlError && error.code === 'CLIENT_DENIED') return false;
    throw error;
  }
  throw new DrctlError(
    'CLIENT_INVALID',
    `The server of ${uriOf(address)} does not verify digests: it accepted a write with a wrong one`,
  );
}
