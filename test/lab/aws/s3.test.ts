// The lab's S3 as the JavaScript SDK sees it: what is written comes back, what does not match its checksum or condition is refused with AWS's own code.

import { createHash, randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { region, startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
const bucket = 'backups';

beforeAll(async () => {
  lab = await startLabAws();
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
