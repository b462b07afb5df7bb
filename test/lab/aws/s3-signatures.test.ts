// Signatures as the lab's S3 verifies them while time passes. The rules that need no clock are in the conformance suite.

import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
let now = new Date();
const bucket = 'backups';

beforeAll(async () => {
  lab = await startLabAws({ now: () => now });
  lab.server.createBucket(bucket, { versioned: false });
});
afterAll(() => lab.close());

test('a pre-signed URL works to its last second and not a second longer', async () => {
  const at = { Bucket: bucket, Key: 'signed' };
  await lab.s3.send(new PutObjectCommand({ ...at, Body: 'content' }));
  const signingDate = new Date(Math.floor(now.getTime() / 1_000) * 1_000);
  const url = await getSignedUrl(lab.s3, new GetObjectCommand(at), { expiresIn: 60, signingDate });
  now = new Date(signingDate.getTime() + 60_000);
  expect(await (await fetch(url)).text()).toBe('content');
  now = new Date(signingDate.getTime() + 61_000);
  const late = await fetch(url);
  expect([late.status, await late.text()]).toEqual([
    403,
    expect.stringContaining('Request has expired'),
  ]);
});
