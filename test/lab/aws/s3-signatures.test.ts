// Signatures as the lab's S3 verifies them: in headers and in pre-signed URLs, each fault with AWS's own code.

import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentials, readOnlyCredentials, region, startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
let now = new Date();
const bucket = 'backups';

beforeAll(async () => {
  lab = await startLabAws({ now: () => now });
  lab.server.createBucket(bucket, { versioned: false });
});
afterAll(() => lab.close());

async function bytesOf(key: string): Promise<Buffer> {
  const answer = await lab.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
}

function put(key: string, body: string) {
  return lab.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

function client(accessKeyId: string, secretAccessKey: string, extra: object = {}) {
  return new S3Client({
    endpoint: lab.server.url,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
    ...extra,
  });
}

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
  const url = await getSignedUrl(lab.s3, new PutObjectCommand({ Bucket: bucket, Key: 'putted' }), {
    expiresIn: 60,
    signingDate: now,
  });
  expect((await fetch(url, { method: 'PUT', body: 'by url' })).status).toBe(200);
  expect((await bytesOf('putted')).toString()).toBe('by url');
});
