// The lab's S3 as the JavaScript SDK sees it: what is written comes back, what does not match its checksum, signature or
// condition is refused with AWS's own code.

import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentials, readOnlyCredentials, region, startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
let now = new Date();
const bucket = 'backups';

beforeAll(async () => {
  lab = await startLabAws({ now: () => now });
  lab.server.createBucket(bucket, { versioned: false });
  lab.server.createBucket('versioned', { versioned: true });
  lab.server.createBucket('oidc', { versioned: false, public: true });
});
afterAll(() => lab.close());

async function bytesOf(key: string, range?: string): Promise<Buffer> {
  const answer = await lab.s3.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(range !== undefined && { Range: range }),
    }),
  );
  return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
}

function put(key: string, body: string | Buffer, extra: object = {}) {
  return lab.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...extra }));
}

describe('objects', () => {
  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'an object written with %s comes back with its metadata and that checksum',
    async (algorithm) => {
      const body = randomBytes(70_000);
      const key = `plain/${algorithm} ü+&=*()'.bin`;
      await put(key, body, { ChecksumAlgorithm: algorithm, Metadata: { sha256: 'abc' } });
      expect(await bytesOf(key)).toEqual(body);
      const head = await lab.s3.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
      );
      expect(head.ContentLength).toBe(70_000);
      expect(head.Metadata).toEqual({ sha256: 'abc' });
      expect(head[`Checksum${algorithm}`]).toMatch(/=$/);
    },
  );

  test('a range gives just those bytes, and one beyond the end is refused', async () => {
    await put('range', '0123456789');
    expect((await bytesOf('range', 'bytes=2-4')).toString()).toBe('234');
    expect((await bytesOf('range', 'bytes=7-')).toString()).toBe('789');
    expect((await bytesOf('range', 'bytes=-2')).toString()).toBe('89');
    await expect(bytesOf('range', 'bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('a body that does not match its checksum is refused and leaves nothing', async () => {
    await expect(
      put('bad', 'hello', {
        ChecksumSHA256: createHash('sha256').update('other').digest('base64'),
      }),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(
      put('bad', 'hello', { ContentMD5: createHash('md5').update('x').digest('base64') }),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(bytesOf('bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('of writers with If-None-Match exactly one wins', async () => {
    const writes = Array.from({ length: 5 }, (_, index) =>
      put('once', `writer ${index}`, { IfNoneMatch: '*' }),
    );
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { ETag } = await lab.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'once' }));
    await put('once', 'next', { IfMatch: ETag });
    await expect(put('once', 'stale', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(put('never', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('lists page by key order and fold at the delimiter', async () => {
    for (const key of ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/é']) await put(key, 'x');
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const answer = await lab.s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: 'l/',
          Delimiter: '/',
          MaxKeys: 1,
          ContinuationToken: token,
        }),
      );
      seen.push(...(answer.Contents ?? []).map(({ Key }) => Key));
      seen.push(...(answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      token = answer.NextContinuationToken;
      if (token === undefined) break;
    }
    expect(seen).toEqual(['l/a', 'l/b/', 'l/c', 'l/é']);
  });
});

describe('versions', () => {
  test('a deleted object is hidden by a marker and its versions stay', async () => {
    const target = { Bucket: 'versioned', Key: 'v' };
    const first = await lab.s3.send(new PutObjectCommand({ ...target, Body: 'one' }));
    await lab.s3.send(new PutObjectCommand({ ...target, Body: 'two' }));
    const marker = await lab.s3.send(new DeleteObjectCommand(target));
    expect(marker.DeleteMarker).toBe(true);
    await expect(lab.s3.send(new GetObjectCommand(target))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    const old = await lab.s3.send(
      new GetObjectCommand({ ...target, VersionId: first.VersionId ?? '' }),
    );
    expect(await old.Body?.transformToString()).toBe('one');
    await lab.s3.send(new DeleteObjectCommand({ ...target, VersionId: marker.VersionId ?? '' }));
    const current = await lab.s3.send(new GetObjectCommand(target));
    expect(await current.Body?.transformToString()).toBe('two');
    const listed = await lab.s3.send(new ListObjectVersionsCommand({ Bucket: 'versioned' }));
    expect(listed.Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
  });

  test('objects from before versioning keep the version "null"', async () => {
    lab.server.createBucket('late', { versioned: false });
    const target = { Bucket: 'late', Key: 'k' };
    await lab.s3.send(new PutObjectCommand({ ...target, Body: 'old' }));
    await lab.s3.send(
      new PutBucketVersioningCommand({
        Bucket: 'late',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
    await lab.s3.send(new PutObjectCommand({ ...target, Body: 'new' }));
    const old = await lab.s3.send(new GetObjectCommand({ ...target, VersionId: 'null' }));
    expect(await old.Body?.transformToString()).toBe('old');
  });
});

describe('buckets', () => {
  test('a bucket says where it is, whether it is public and how it encrypts', async () => {
    const send = lab.s3;
    expect(
      (await send.send(new GetBucketLocationCommand({ Bucket: bucket }))).LocationConstraint,
    ).toBe(region);
    expect((await send.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion).toBe(region);
    expect(
      (await send.send(new GetBucketPolicyStatusCommand({ Bucket: 'oidc' }))).PolicyStatus
        ?.IsPublic,
    ).toBe(true);
    await expect(
      send.send(new GetBucketPolicyStatusCommand({ Bucket: bucket })),
    ).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    const block = await send.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    expect(block.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true);
    const encryption = await send.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
    expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    await expect(send.send(new HeadBucketCommand({ Bucket: 'absent' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(send.send(new ListObjectsV2Command({ Bucket: 'absent' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  test('a public bucket is read without a signature, another is not', async () => {
    await lab.s3.send(new PutObjectCommand({ Bucket: 'oidc', Key: 'keys.json', Body: '{}' }));
    expect(await (await fetch(`${lab.server.url}/oidc/keys.json`)).text()).toBe('{}');
    await put('private', 'x');
    expect((await fetch(`${lab.server.url}/${bucket}/private`)).status).toBe(403);
  });
});

describe('multipart uploads', () => {
  const partBytes = 5 * 1024 * 1024;

  test('a streamed upload of three parts comes back whole, with a composite SHA-256', async () => {
    const body = randomBytes(partBytes * 2 + 1_000);
    const upload = new Upload({
      client: lab.s3,
      partSize: partBytes,
      params: {
        Bucket: bucket,
        Key: 'big',
        Body: Readable.from([body.subarray(0, 3_000_000), body.subarray(3_000_000)]),
        ChecksumAlgorithm: 'SHA256',
      },
    });
    const done = await upload.done();
    expect(done.ETag).toMatch(/-3"$/);
    expect(done.ChecksumSHA256).toMatch(/-3$/);
    expect(body.equals(await bytesOf('big'))).toBe(true);
    expect(await bytesOf('big', `bytes=${partBytes - 5}-${partBytes + 4}`)).toEqual(
      body.subarray(partBytes - 5, partBytes + 5),
    );
  });

  test('an upload shows nothing until it is completed, and nothing of it is left when it is aborted', async () => {
    const target = { Bucket: bucket, Key: 'aborted' };
    const { UploadId = '' } = await lab.s3.send(new CreateMultipartUploadCommand(target));
    await lab.s3.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: randomBytes(100) }),
    );
    await expect(bytesOf('aborted')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const parts = await lab.s3.send(new ListPartsCommand({ ...target, UploadId }));
    expect(parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 100]]);
    await lab.s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    const left = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(left.Uploads ?? []).toEqual([]);
    await expect(lab.s3.send(new ListPartsCommand({ ...target, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  test('parts that are too small, unknown or out of order are refused', async () => {
    const target = { Bucket: bucket, Key: 'parts' };
    const { UploadId = '' } = await lab.s3.send(new CreateMultipartUploadCommand(target));
    const etags: string[] = [];
    for (const PartNumber of [1, 2]) {
      const { ETag = '' } = await lab.s3.send(
        new UploadPartCommand({ ...target, UploadId, PartNumber, Body: 'small' }),
      );
      etags.push(ETag);
    }
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      lab.s3.send(
        new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
      );
    const [first, second] = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
    if (first === undefined || second === undefined) throw new Error('two parts were uploaded');
    await expect(complete([first, second])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete([second, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ PartNumber: 3, ETag: first.ETag }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
  });
});

describe('signatures', () => {
  const client = (accessKeyId: string, secretAccessKey: string, extra: object = {}) =>
    new S3Client({
      endpoint: lab.server.url,
      region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
      ...extra,
    });

  test('wrong keys, secrets, regions and rights are told apart', async () => {
    const list = new ListObjectsV2Command({ Bucket: bucket });
    await expect(client('AKIANOBODY', 'x').send(list)).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(client(credentials.accessKeyId, 'wrong').send(list)).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(
      client(credentials.accessKeyId, credentials.secretAccessKey, { region: 'us-west-2' }).send(
        list,
      ),
    ).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
    const reader = client(readOnlyCredentials.accessKeyId, readOnlyCredentials.secretAccessKey);
    await reader.send(list);
    await expect(
      reader.send(new PutObjectCommand({ Bucket: bucket, Key: 'denied', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('a pre-signed GET works until it expires, for its own key only', async () => {
    await put('signed/a b.db', 'content');
    const url = await getSignedUrl(
      lab.s3,
      new GetObjectCommand({ Bucket: bucket, Key: 'signed/a b.db' }),
      { expiresIn: 60, signingDate: now },
    );
    expect(await (await fetch(url)).text()).toBe('content');
    const other = await fetch(url.replace('a%20b', 'other'));
    expect([other.status, await other.text()]).toEqual([
      403,
      expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    ]);
    const before = now;
    now = new Date(now.getTime() + 61_000);
    const late = await fetch(url);
    now = before;
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
  });

  test('a pre-signed PUT stores what is sent', async () => {
    const url = await getSignedUrl(
      lab.s3,
      new PutObjectCommand({ Bucket: bucket, Key: 'putted' }),
      {
        expiresIn: 60,
        signingDate: now,
      },
    );
    expect((await fetch(url, { method: 'PUT', body: 'by url' })).status).toBe(200);
    expect((await bytesOf('putted')).toString()).toBe('by url');
  });
});
