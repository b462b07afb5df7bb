// Where moto's S3 is not as AWS's. It keeps most checksums without looking at them, and lets in whoever it cannot tell.

import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketPolicyStatusCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  UploadPartCommand,
  type CompletedPart,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { longAgo, urlToGet, urlToPut } from './presigned.ts';
import type { KnownDifference, KnownDifferences } from './rules.ts';
import { bytesOf, put, textOf } from './s3-calls.ts';
import type { AwsUnderTest } from './under-test.ts';

const wrongSha256 = createHash('sha256').update('other').digest('base64');
const wrongMd5 = createHash('md5').update('other').digest('base64');

function stores(digest: Partial<PutObjectCommandInput>): KnownDifference {
  return {
    instead: 'is stored all the same',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'bad' };
      await put(aws, at, 'hello', digest);
      expect(await textOf(aws, at)).toBe('hello');
    },
  };
}

export const motoDigestDifferences: KnownDifferences = {
  'a body that does not match its SHA-256 is refused and leaves nothing': stores({
    ChecksumSHA256: wrongSha256,
  }),
  'a body that does not match its CRC-32 is refused and leaves nothing': stores({
    ChecksumCRC32: 'AAAAAA==',
  }),
  'a body that does not match its Content-MD5 is refused and leaves nothing': stores({
    ContentMD5: wrongMd5,
  }),
};

async function beginUpload(aws: AwsUnderTest) {
  const at = { Bucket: await aws.newBucket(), Key: 'big' };
  const { UploadId = '' } = await aws.s3.send(
    new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' }),
  );
  return { ...at, UploadId };
}

type Begun = Awaited<ReturnType<typeof beginUpload>>;

function sendPart(
  aws: AwsUnderTest,
  upload: Begun,
  part: { readonly PartNumber: number; readonly Body: string | Buffer },
) {
  return aws.s3.send(new UploadPartCommand({ ...upload, ...part }));
}

function complete(aws: AwsUnderTest, upload: Begun, Parts: CompletedPart[]) {
  return aws.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
}

export const motoUploadDifferences: KnownDifferences = {
  'a part that does not match its SHA-256 is refused': {
    instead: 'is stored all the same',
    shows: async (aws) => {
      const part = { ...(await beginUpload(aws)), PartNumber: 1, Body: 'hello' };
      const { ETag } = await aws.s3.send(
        new UploadPartCommand({ ...part, ChecksumSHA256: wrongSha256 }),
      );
      expect(ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    },
  },
  'the SHA-256 of an object in parts is that of its parts, with their number': {
    instead: 'says nothing of it',
    shows: async (aws) => {
      const upload = await beginUpload(aws);
      const { ETag } = await sendPart(aws, upload, { PartNumber: 1, Body: 'content' });
      const done = await complete(aws, upload, [{ PartNumber: 1, ETag }]);
      expect(done.ETag).toMatch(/-1"$/);
      expect(done.ChecksumSHA256).toBeUndefined();
    },
  },
  'parts that are named out of order are refused': {
    instead: 'puts them together in the order in which they are named',
    shows: async (aws) => {
      const upload = await beginUpload(aws);
      const x = Buffer.alloc(5 * 1024 * 1024, 'x');
      const y = Buffer.alloc(5 * 1024 * 1024, 'y');
      const first = await sendPart(aws, upload, { PartNumber: 1, Body: x });
      const second = await sendPart(aws, upload, { PartNumber: 2, Body: y });
      await complete(aws, upload, [
        { PartNumber: 2, ETag: second.ETag },
        { PartNumber: 1, ETag: first.ETag },
      ]);
      const content = await bytesOf(aws, { Bucket: upload.Bucket, Key: upload.Key });
      expect(content.equals(Buffer.concat([y, x]))).toBe(true);
    },
  },
  'a part of an upload that was aborted is NoSuchUpload': {
    instead: 'answers with status 500 and a page of HTML',
    shows: async (aws) => {
      const upload = await beginUpload(aws);
      await aws.s3.send(new AbortMultipartUploadCommand(upload));
      await expect(
        aws.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'late' })),
      ).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    },
  },
};

export const motoVersionDifferences: KnownDifferences = {
  'while versioning is suspended only the version "null" is replaced': {
    instead: 'loses every version of a key that is written',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'k' };
      const { VersionId = '' } = await put(aws, at, 'kept');
      await aws.s3.send(
        new PutBucketVersioningCommand({
          Bucket: at.Bucket,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      );
      await put(aws, at, 'last');
      await expect(textOf(aws, { ...at, VersionId })).rejects.toMatchObject({
        name: 'NoSuchVersion',
      });
    },
  },
};

/** Those of pre-signed URLs hold for a moto that verifies no signatures; one that does answers every one with 500. */
export const motoAccessDifferences: KnownDifferences = {
  'a bucket says whether its policy makes it public': {
    instead: 'does not know the question and answers with a list of objects',
    shows: async (aws) => {
      const Bucket = await aws.newBucket({ public: true });
      const answer = await aws.s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
      expect(answer.PolicyStatus?.IsPublic).toBeUndefined();
    },
  },
  'a public bucket lets everyone read objects, and neither list nor write': {
    instead: 'lets everyone list and write',
    shows: async (aws) => {
      const open = await aws.newBucket({ public: true });
      const list = await aws.fetch(`${aws.url}/${open}?list-type=2`);
      const write = await aws.fetch(`${aws.url}/${open}/new`, { method: 'PUT', body: 'x' });
      expect([list.status, write.status]).toEqual([200, 200]);
    },
  },
  'whoever may not list is not told what is absent': {
    instead: 'tells',
    shows: async (aws) => {
      const open = await aws.newBucket({ public: true });
      expect((await aws.fetch(`${aws.url}/${open}/absent`)).status).toBe(404);
    },
  },
  'a pre-signed URL is good for its own key only': {
    instead: 'is good for every key',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'mine' };
      await put(aws, at, 'content');
      await put(aws, { ...at, Key: 'other' }, 'secret');
      const url = await urlToGet(aws, at);
      expect((await aws.fetch(url.replace('/mine?', '/other?'))).text).toBe('secret');
    },
  },
  'a pre-signed GET is refused when its time is over': {
    instead: 'works for ever',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'mine' };
      await put(aws, at, 'content');
      expect((await aws.fetch(await urlToGet(aws, at, longAgo))).text).toBe('content');
    },
  },
  'a pre-signed PUT is refused when its time is over, and stores nothing': {
    instead: 'works for ever',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'put' };
      await aws.fetch(await urlToPut(aws, at, longAgo), { method: 'PUT', body: 'late' });
      expect(await textOf(aws, at)).toBe('late');
    },
  },
  'pre-signed URLs and public objects are served also where all signatures are verified': {
    instead: 'answers both with status 500',
    shows: async (aws) => {
      const at = { Bucket: await aws.newBucket({ public: true }), Key: 'k' };
      await put(aws, at, 'content');
      const signed = await aws.fetch(await urlToGet(aws, at));
      const open = await aws.fetch(`${aws.url}/${at.Bucket}/${at.Key}`);
      expect([signed.status, open.status]).toEqual([500, 500]);
    },
  },
  'S3 takes a signature for the bucket’s own region only': {
    instead: 'takes one for any region',
    shows: async (aws) => {
      const list = new ListObjectsV2Command({ Bucket: await aws.newBucket() });
      expect((await aws.s3As({ region: 'eu-west-1' }).send(list)).KeyCount).toBe(0);
    },
  },
  'a signature of another hour is refused': {
    instead: 'is taken',
    shows: async (aws) => {
      const list = new ListObjectsV2Command({ Bucket: await aws.newBucket() });
      expect((await aws.s3As({ clockOffsetMs: -3_600_000 }).send(list)).KeyCount).toBe(0);
    },
  },
};
