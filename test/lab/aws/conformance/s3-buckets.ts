// Rules of buckets: what they say of themselves, and what everyone may do with them.

import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { put } from './s3-calls.ts';
import { region } from './under-test.ts';

export function bucketRules(rule: Rule): void {
  rule('a bucket says where it is', async ({ s3, newBucket }) => {
    const Bucket = await newBucket();
    const location = await s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(location.LocationConstraint).toBe(region);
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(region);
  });

  rule('a bucket says whether it is versioned, and is listed', async ({ s3, newBucket }) => {
    const plain = await newBucket();
    const versioned = await newBucket({ versioned: true });
    const statusOf = async (Bucket: string) =>
      (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    expect([await statusOf(plain), await statusOf(versioned)]).toEqual([undefined, 'Enabled']);
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(expect.arrayContaining([plain, versioned]));
  });

  rule(
    'a bucket is encrypted and blocked for the public unless it is opened',
    async ({ s3, newBucket }) => {
      const Bucket = await newBucket();
      const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(block.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      });
      const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      const [first] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
      expect(first?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    },
  );

  rule('a bucket says whether its policy makes it public', async ({ s3, newBucket }) => {
    const open = new GetBucketPolicyStatusCommand({ Bucket: await newBucket({ public: true }) });
    expect((await s3.send(open)).PolicyStatus?.IsPublic).toBe(true);
    const closed = new GetBucketPolicyStatusCommand({ Bucket: await newBucket() });
    await expect(s3.send(closed)).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  rule('a bucket that is not there is NotFound to HEAD and NoSuchBucket to others', async (aws) => {
    const Bucket = 'absent-bucket';
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(aws.s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(put(aws, { Bucket, Key: 'k' }, 'x')).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  rule(
    'everyone reads the objects of a public bucket, and nobody unsigned those of another',
    async (aws) => {
      const [open, closed] = [await aws.newBucket({ public: true }), await aws.newBucket()];
      await put(aws, { Bucket: open, Key: 'keys.json' }, '{}');
      await put(aws, { Bucket: closed, Key: 'keys.json' }, '{}');
      expect(await aws.fetch(`${aws.url}/${open}/keys.json`)).toEqual({ status: 200, text: '{}' });
      expect((await aws.fetch(`${aws.url}/${closed}/keys.json`)).status).toBe(403);
    },
  );

  rule('a public bucket lets everyone read objects, and neither list nor write', async (aws) => {
    const open = await aws.newBucket({ public: true });
    const list = await aws.fetch(`${aws.url}/${open}?list-type=2`);
    const write = await aws.fetch(`${aws.url}/${open}/new`, { method: 'PUT', body: 'x' });
    expect([list.status, write.status]).toEqual([403, 403]);
  });

  rule('whoever may not list is not told what is absent', async (aws) => {
    const open = await aws.newBucket({ public: true });
    expect((await aws.fetch(`${aws.url}/${open}/absent`)).status).toBe(403);
  });
}
