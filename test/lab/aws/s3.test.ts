// What only the lab's own S3 can be asked: races in one process, and checksums that moto does not know. Rules of AWS that
// hold for any server are in the conformance suite.

import { randomBytes } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
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

function put(key: string, body: string | Buffer, extra: object = {}) {
  return lab.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...extra }));
}

test('of writers with If-None-Match exactly one wins', async () => {
  const writes = Array.from({ length: 5 }, (_, index) =>
    put('once', `writer ${index}`, { IfNoneMatch: '*' }),
  );
  const results = await Promise.allSettled(writes);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('of writers with the same If-Match exactly one wins', async () => {
  const { ETag = '' } = await put('state', 'first');
  const writes = Array.from({ length: 5 }, (_, index) =>
    put('state', `writer ${index}`, { IfMatch: ETag }),
  );
  const results = await Promise.allSettled(writes);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a checksum that comes behind a streamed body is verified and given back', async () => {
  const body = randomBytes(70_000);
  await put('streamed', body, { ChecksumAlgorithm: 'CRC32' });
  const head = await lab.s3.send(
    new HeadObjectCommand({ Bucket: bucket, Key: 'streamed', ChecksumMode: 'ENABLED' }),
  );
  expect([head.ContentLength, head.ChecksumType]).toEqual([70_000, 'FULL_OBJECT']);
});
