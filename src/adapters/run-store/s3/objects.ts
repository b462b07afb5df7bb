// The small objects of a state: made by exactly one writer, read whole, listed. Every call is tried a bounded number of
// times. An object is made with "If-None-Match: *", which S3 lets succeed once. When the answer to such a write is lost,
// the next try finds the object there; a mark that is this write's own then tells it from somebody else's.

import { randomBytes } from 'node:crypto';
import { DrctlError } from '../../../engine/index.ts';
import { hasName, isStatus } from '../../aws/errors.ts';
import type { AwsConnection } from '../../aws/sdk.ts';
import type { StateLocation } from './location.ts';
import { withTries } from './tries.ts';

/** 1,000 names each. */
const maxPages = 10_000;
const markName = 'drctl-write';

/** Keys are relative to the state's prefix. */
export interface StateObjects {
  /** "s3://bucket/prefix/key", for messages and for other machines. */
  uri(key: string): string;
  /**
   * True: the object is there now and this call made it. False: another one had made it before. STORE_UNWRITABLE when
   * the server cannot make such a difference.
   */
  create(key: string, body: Uint8Array): Promise<boolean>;
  replace(key: string, body: Uint8Array): Promise<void>;
  /** undefined when absent. */
  read(key: string): Promise<Uint8Array | undefined>;
  exists(key: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** What is below the prefix, without it, in S3's order. */
  list(prefix: string): Promise<readonly string[]>;
  /** The first parts of the names below the prefix that have more than one. */
  folders(prefix: string): Promise<readonly string[]>;
}

export function createStateObjects(
  connection: AwsConnection,
  { bucket, prefix }: StateLocation,
): StateObjects {
  /** A bucket that is not there is said to be so, also to who only reads. */
  async function tries<T>(doing: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withTries(doing, call);
    } catch (error) {
      const isGone = error instanceof DrctlError && hasName(error.cause, 'NoSuchBucket');
      throw isGone ? noBucket(bucket, error) : error;
    }
  }

  const uri = (key: string): string => `s3://${bucket}/${prefix}${key}`;
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` });

  async function find(key: string, signal: AbortSignal) {
    const { sdk, client } = await connection.s3();
    try {
      const answer = await client.send(new sdk.GetObjectCommand(at(key)), { abortSignal: signal });
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return { body, mark: answer.Metadata?.[markName] };
    } catch (cause) {
      if (hasName(cause, 'NoSuchKey')) return undefined;
      throw cause;
    }
  }

  async function put(
    key: string,
    options: {
      readonly body: Uint8Array;
      readonly signal: AbortSignal;
      readonly once?: { readonly mark: string };
    },
  ): Promise<void> {
    const { body, signal, once } = options;
    const { sdk, client } = await connection.s3();
    const condition =
      once === undefined ? {} : { IfNoneMatch: '*', Metadata: { [markName]: once.mark } };
    await client.send(
      new sdk.PutObjectCommand({
        ...at(key),
        Body: body,
        ContentType: 'application/json',
        ...condition,
      }),
      { abortSignal: signal },
    );
  }

  async function createOnce(
    key: string,
    write: { readonly body: Uint8Array; readonly mark: string; readonly signal: AbortSignal },
  ): Promise<boolean> {
    try {
      await put(key, { ...write, once: write });
      return true;
    } catch (cause) {
      if (isStatus(cause, 501)) throw withoutConditions(uri(''), cause);
      if (!isRefused(cause)) throw cause;
    }
    const there = await find(key, write.signal);
    if (there !== undefined) {
      return there.mark === write.mark && Buffer.compare(there.body, write.body) === 0;
    }
    throw new DrctlError('CLIENT_CONFLICT', `${uri(key)} went away while it was looked at`, {
      retryable: true,
    });
  }

  async function listed(below: string, delimiter?: string) {
    const keys: string[] = [];
    const folders: string[] = [];
    let next: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const answer = await tries(`list ${uri(below)}`, async (signal) => {
        const { sdk, client } = await connection.s3();
        return client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: `${prefix}${below}`,
            ...(delimiter !== undefined && { Delimiter: delimiter }),
            ...(next !== undefined && { ContinuationToken: next }),
          }),
          { abortSignal: signal },
        );
      });
      const start = prefix.length + below.length;
      for (const { Key = '' } of answer.Contents ?? []) keys.push(Key.slice(start));
      for (const one of answer.CommonPrefixes ?? [])
        folders.push((one.Prefix ?? '').slice(start, -1));
      next = answer.NextContinuationToken;
      if (answer.IsTruncated !== true || next === undefined) return { keys, folders };
    }
    throw new DrctlError(
      'CLIENT_INVALID',
      `${uri(below)} holds more than ${maxPages} pages of names`,
    );
  }

  return {
    uri,
    create(key, body) {
      const mark = randomBytes(12).toString('hex');
      return tries(`write ${uri(key)}`, (signal) => createOnce(key, { body, mark, signal }));
    },
    replace: (key, body) => tries(`write ${uri(key)}`, (signal) => put(key, { body, signal })),
    read: async (key) => (await tries(`read ${uri(key)}`, (signal) => find(key, signal)))?.body,
    exists: (key) =>
      tries(`look at ${uri(key)}`, async (signal) => {
        const { sdk, client } = await connection.s3();
        try {
          await client.send(new sdk.HeadObjectCommand(at(key)), { abortSignal: signal });
          return true;
        } catch (cause) {
          if (hasName(cause, 'NotFound', 'NoSuchKey')) return false;
          throw cause;
        }
      }),
    remove: (key) =>
      tries(`remove ${uri(key)}`, async (signal) => {
        const { sdk, client } = await connection.s3();
        await client.send(new sdk.DeleteObjectCommand(at(key)), { abortSignal: signal });
      }),
    list: async (below) => (await listed(below)).keys,
    folders: async (below) => (await listed(below, '/')).folders,
  };
}

/** By the condition of a write. */
export function isRefused(cause: unknown): boolean {
  return hasName(cause, 'PreconditionFailed') || isStatus(cause, 412);
}

export function withoutConditions(state: string, cause?: unknown): DrctlError {
  return new DrctlError(
    'STORE_UNWRITABLE',
    `The server of ${state} does not honour "If-None-Match: *", so two writers of a run could not be kept apart there`,
    {
      cause,
      hint: 'Keep the state in a bucket of AWS, or of another server that has conditional writes; or in a folder',
    },
  );
}

/** STORE_UNWRITABLE for whatever kept a write from S3; any other error as it is. */
export function asUnwritable(error: unknown): unknown {
  if (!(error instanceof DrctlError) || !error.code.startsWith('CLIENT_')) return error;
  return new DrctlError('STORE_UNWRITABLE', error.message, {
    cause: error.cause,
    hint: error.hint ?? 'Once the bucket answers, run "drctl resume"',
  });
}

export function noBucket(bucket: string, cause?: unknown): DrctlError {
  return new DrctlError('STORE_UNWRITABLE', `There is no bucket ${bucket}`, {
    cause,
    hint: 'Create it, private and with versioning, or name another one with --state',
  });
}
