// Rules of S3 objects: what is written comes back, what does not match its checksum or condition is refused with AWS's own
// code and leaves nothing.

import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { bytesOf, put, textOf } from './s3-calls.ts';
import type { AwsUnderTest } from './under-test.ts';

export function objectRules(rule: Rule): void {
  contentRules(rule);
  conditionRules(rule);
  listRules(rule);
}

function contentRules(rule: Rule): void {
  for (const algorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
    rule(
      `an object written with ${algorithm} comes back with its metadata and that checksum`,
      async (aws) => {
        const at = { Bucket: await aws.newBucket(), Key: "plain/ü+&=*()'.bin" };
        const body = randomBytes(70_000);
        await put(aws, at, body, { ChecksumAlgorithm: algorithm, Metadata: { sha256: 'abc' } });
        expect(body.equals(await bytesOf(aws, at))).toBe(true);
        const head = await aws.s3.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
        expect(head.ContentLength).toBe(70_000);
        expect(head.Metadata).toEqual({ sha256: 'abc' });
        expect(head[`Checksum${algorithm}`]).toMatch(/=$/);
      },
    );
  }

  rule('the ETag of an object written in one piece is its MD5', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'k' };
    const { ETag } = await put(aws, at, 'content');
    expect(ETag).toBe(`"${createHash('md5').update('content').digest('hex')}"`);
  });

  rule('a range gives just those bytes, and one beyond the end is refused', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'range' };
    await put(aws, at, '0123456789');
    expect(await textOf(aws, at, 'bytes=2-4')).toBe('234');
    expect(await textOf(aws, at, 'bytes=7-')).toBe('789');
    expect(await textOf(aws, at, 'bytes=-2')).toBe('89');
    await expect(textOf(aws, at, 'bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  rule('a body that does not match its SHA-256 is refused and leaves nothing', (aws) =>
    refused(aws, { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }),
  );

  rule('a body that does not match its CRC-32 is refused and leaves nothing', (aws) => {
    const wrong = Buffer.alloc(4);
    wrong.writeUInt32BE(crc32('other'));
    return refused(aws, { ChecksumCRC32: wrong.toString('base64') });
  });

  rule('a body that does not match its Content-MD5 is refused and leaves nothing', (aws) =>
    refused(aws, { ContentMD5: createHash('md5').update('other').digest('base64') }),
  );

  rule(
    'what is not there is NoSuchKey, or NotFound without a body, and may be deleted',
    async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'absent' };
      await expect(textOf(aws, at)).rejects.toMatchObject({ name: 'NoSuchKey' });
      await expect(aws.s3.send(new HeadObjectCommand(at))).rejects.toMatchObject({
        name: 'NotFound',
      });
      const { $metadata } = await aws.s3.send(new DeleteObjectCommand(at));
      expect($metadata.httpStatusCode).toBe(204);
    },
  );
}

async function refused(aws: AwsUnderTest, digest: object): Promise<void> {
  const at = { Bucket: await aws.newBucket(), Key: 'bad' };
  await expect(put(aws, at, 'hello', digest)).rejects.toMatchObject({ name: 'BadDigest' });
  await expect(textOf(aws, at)).rejects.toMatchObject({ name: 'NoSuchKey' });
}

function conditionRules(rule: Rule): void {
  rule('a write with If-None-Match: * makes an object and never replaces one', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'once' };
    await put(aws, at, 'first', { IfNoneMatch: '*' });
    await expect(put(aws, at, 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await textOf(aws, at)).toBe('first');
  });

  rule(
    'in a versioned bucket a deleted object may be made again with If-None-Match: *',
    async (aws) => {
      const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'once' };
      await put(aws, at, 'first', { IfNoneMatch: '*' });
      await aws.s3.send(new DeleteObjectCommand(at));
      await put(aws, at, 'second', { IfNoneMatch: '*' });
      expect(await textOf(aws, at)).toBe('second');
    },
  );

  rule('a write with If-Match replaces just the object that has this ETag', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'state' };
    const { ETag = '' } = await put(aws, at, 'first');
    await put(aws, at, 'next', { IfMatch: ETag });
    await expect(put(aws, at, 'stale', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    await expect(put(aws, { ...at, Key: 'never' }, 'x', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    expect(await textOf(aws, at)).toBe('next');
  });

  rule(
    'a read with If-Match or If-None-Match tells whether the object is still the same',
    async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'state' };
      const { ETag = '' } = await put(aws, at, 'first');
      const read = (condition: object) =>
        aws.s3.send(new GetObjectCommand({ ...at, ...condition }));
      await expect(read({ IfNoneMatch: ETag })).rejects.toMatchObject({
        $metadata: { httpStatusCode: 304 },
      });
      await expect(read({ IfMatch: '"another"' })).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
      const { Body } = await read({ IfMatch: ETag });
      expect(await Body?.transformToString()).toBe('first');
    },
  );
}

function listRules(rule: Rule): void {
  rule('lists page by key order and fold at the delimiter', async (aws) => {
    const Bucket = await aws.newBucket();
    for (const name of ['l/é', 'l/c', 'l/b/2', 'l/b/1', 'l/a', 'other']) {
      await put(aws, { Bucket, Key: name }, 'x');
    }
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const answer = await aws.s3.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: 'l/',
          Delimiter: '/',
          MaxKeys: 1,
          ContinuationToken: token,
        }),
      );
      expect(answer.KeyCount).toBe(1);
      seen.push(...(answer.Contents ?? []).map(({ Key }) => Key));
      seen.push(...(answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      token = answer.NextContinuationToken;
      if (token === undefined) break;
    }
    expect(seen).toEqual(['l/a', 'l/b/', 'l/c', 'l/é']);
  });
}
