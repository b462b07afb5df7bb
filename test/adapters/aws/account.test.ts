// What can be found out about the caller's rights on AWS without writing: what the answers say, and what they cannot.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget } from './target.ts';
import type { TestTarget } from './target.ts';

const { signal } = new AbortController();
let bench: TestTarget;

beforeAll(async () => {
  bench = await startTarget();
});
afterAll(async () => {
  await bench.close();
});

describe('rights on AWS', () => {
  it.each([
    ['s3:ListBucket', 'arn:aws:s3:::plain', true],
    ['s3:GetBucketVersioning', 'arn:aws:s3:::plain', true],
    ['s3:GetObject', 'arn:aws:s3:::plain/a/*.db', true],
    ['s3:PutObject', 'arn:aws:s3:::plain/a/*.db', true],
    ['s3:DeleteObject', 'arn:aws:s3:::plain/a', undefined],
    ['s3:AbortMultipartUpload', 'arn:aws:s3:::plain/a', undefined],
    ['s3:GetObject', 'arn:aws:s3:::*/*', undefined],
    ['s3:ListBucket', 'arn:aws:s3:::absent', undefined],
    ['s3:GetBucketVersioning', 'arn:aws:s3:::absent', undefined],
    ['s3:GetBucketPublicAccessBlock', 'arn:aws:s3:::absent', undefined],
    ['s3:GetObject', 'arn:aws:s3:::absent/a', undefined],
    ['s3:PutObject', 'arn:aws:s3:::absent/a', undefined],
    ['route53:GetHostedZone', 'arn:aws:route53:::hostedzone/Z1', true],
    ['route53:GetHostedZone', 'arn:aws:route53:::hostedzone/Z404', undefined],
    ['route53:ListResourceRecordSets', 'arn:aws:route53:::hostedzone/Z404', undefined],
    ['route53:ListResourceRecordSets', 'arn:aws:route53:::hostedzone/Z1', true],
    ['route53:GetChange', 'arn:aws:route53:::change/*', true],
    ['route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/Z1', undefined],
    ['kms:Decrypt', 'arn:aws:kms:*:*:key/*', undefined],
  ])('%s on %s: %s', async (action, resource, expected) => {
    expect(await bench.target.account.may({ action, resource }, signal)).toBe(expected);
  });

  it('asking leaves nothing behind', async () => {
    await bench.target.account.may(
      { action: 's3:PutObject', resource: 'arn:aws:s3:::plain/left' },
      signal,
    );
    const left = await bench.target.bucketReader.head({ bucket: 'plain', key: 'left' }, signal);
    expect(left).toBeUndefined();
  });

  it('are missing where the answer is a refusal; an object that cannot be listed tells nothing', async () => {
    const refusing = createServer((_request, response) => {
      response.writeHead(403, { 'Content-Type': 'application/xml' });
      response.end('<Error><Code>AccessDenied</Code><Message>no</Message></Error>');
    });
    await new Promise<void>((resolve) => void refusing.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const { account } = bench.open({ endpoint });
    const ask = (action: string, resource: string) => account.may({ action, resource }, signal);
    expect(await ask('s3:ListBucket', 'arn:aws:s3:::plain')).toBe(false);
    expect(await ask('s3:PutObject', 'arn:aws:s3:::plain/a')).toBe(false);
    expect(await ask('route53:GetHostedZone', 'arn:aws:route53:::hostedzone/Z1')).toBe(false);
    expect(await ask('s3:GetObject', 'arn:aws:s3:::plain/a')).toBeUndefined();
    refusing.closeAllConnections();
    await new Promise((resolve) => refusing.close(resolve));
  });
});
