// Multipart uploads to the lab's S3: nothing shows before they are complete, nothing is left of those that are not.

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
const bucket = 'backups';

beforeAll(async () => {
  lab = await startLabAws();
  lab.server.createBucket(bucket, { versioned: false });
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
