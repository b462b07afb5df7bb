// Rules of pre-signed URLs: they work for whoever has them, for one object, until they end.

import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { put, textOf, type At } from './s3-calls.ts';
import type { AwsUnderTest } from './under-test.ts';

interface Signing {
  readonly VersionId?: string;
  /** How long ago it was signed; the URL lives for a minute. */
  readonly agoMs?: number;
}

export function urlToGet(
  aws: AwsUnderTest,
  at: At,
  { agoMs = 0, ...more }: Signing = {},
): Promise<string> {
  return getSignedUrl(aws.s3, new GetObjectCommand({ ...at, ...more }), {
    expiresIn: 60,
    signingDate: new Date(Date.now() - agoMs),
  });
}

export function urlToPut(aws: AwsUnderTest, at: At, { agoMs = 0 }: Signing = {}): Promise<string> {
  return getSignedUrl(aws.s3, new PutObjectCommand(at), {
    expiresIn: 60,
    signingDate: new Date(Date.now() - agoMs),
  });
}

export const longAgo = { agoMs: 10 * 60_000 };

export function presignedRules(rule: Rule): void {
  rule(
    'a pre-signed GET works for whoever has it, over https and in 1024 characters',
    async (aws) => {
      const at = { Bucket: await aws.newBucket(), Key: 'signed/a b.db' };
      await put(aws, at, 'content');
      const url = await urlToGet(aws, at);
      expect(url).toMatch(/^https:/);
      expect(url.length).toBeLessThanOrEqual(1_024);
      expect(await aws.fetch(url)).toEqual({ status: 200, text: 'content' });
    },
  );

  rule('a pre-signed GET gives the version that it names', async (aws) => {
    const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'k' };
    const { VersionId = '' } = await put(aws, at, 'first');
    await put(aws, at, 'second');
    const url = await urlToGet(aws, at, { VersionId });
    expect(await aws.fetch(url)).toEqual({ status: 200, text: 'first' });
  });

  rule('a pre-signed URL is good for its own key only', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'mine' };
    await put(aws, at, 'content');
    await put(aws, { ...at, Key: 'other' }, 'secret');
    const url = await urlToGet(aws, at);
    expect(await aws.fetch(url.replace('/mine?', '/other?'))).toEqual({
      status: 403,
      text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>') as string,
    });
  });

  rule('a pre-signed GET is refused when its time is over', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'mine' };
    await put(aws, at, 'content');
    expect(await aws.fetch(await urlToGet(aws, at, longAgo))).toEqual({
      status: 403,
      text: expect.stringContaining('Request has expired') as string,
    });
  });

  rule('a pre-signed PUT stores what is sent', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'put' };
    const init = { method: 'PUT', body: 'by url' };
    expect((await aws.fetch(await urlToPut(aws, at), init)).status).toBe(200);
    expect(await textOf(aws, at)).toBe('by url');
  });

  rule('a pre-signed PUT is refused when its time is over, and stores nothing', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'put' };
    const init = { method: 'PUT', body: 'late' };
    expect((await aws.fetch(await urlToPut(aws, at, longAgo), init)).status).toBe(403);
    await expect(textOf(aws, at)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
}
