// Rules of signed requests: who is unknown, who signs wrongly and who may not are told apart, with the codes of each
// service.

import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { AccessKey } from '../../../../src/lab/world/aws-client.ts';
import { urlToGet } from './presigned.ts';
import type { Rule } from './rules.ts';
import { put } from './s3-calls.ts';

const unknown: AccessKey = { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'x' };
const wrong = (key: AccessKey): AccessKey => ({ ...key, secretAccessKey: 'wrong' });
const hour = 60 * 60_000;

export function signatureRules(rule: Rule): void {
  rule('S3 tells unknown keys, wrong secrets and missing rights apart', async (aws) => {
    const Bucket = await aws.newBucket();
    const list = new ListObjectsV2Command({ Bucket });
    await expect(aws.s3As({ key: unknown }).send(list)).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(aws.s3As({ key: wrong(aws.admin) }).send(list)).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    const reader = aws.s3As({ key: aws.reader });
    expect((await reader.send(list)).KeyCount).toBe(0);
    await expect(
      reader.send(new PutObjectCommand({ Bucket, Key: 'denied', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await aws.s3.send(list)).KeyCount).toBe(0);
  });

  rule(
    'pre-signed URLs and public objects are served also where all signatures are verified',
    async (aws) => {
      const at = { Bucket: await aws.newBucket({ public: true }), Key: 'k' };
      await put(aws, at, 'content');
      const served = { status: 200, text: 'content' };
      expect(await aws.fetch(await urlToGet(aws, at))).toEqual(served);
      expect(await aws.fetch(`${aws.url}/${at.Bucket}/${at.Key}`)).toEqual(served);
    },
  );

  rule('S3 takes a signature for the bucket’s own region only', async (aws) => {
    const list = new ListObjectsV2Command({ Bucket: await aws.newBucket() });
    await expect(aws.s3As({ region: 'eu-west-1' }).send(list)).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
    });
  });

  rule('a signature of another hour is refused', async (aws) => {
    const list = new ListObjectsV2Command({ Bucket: await aws.newBucket() });
    await expect(aws.s3As({ clockOffsetMs: -hour }).send(list)).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
    });
  });

  rule('Route53 tells unknown keys and wrong secrets apart', async (aws) => {
    const list = new ListHostedZonesCommand({});
    await expect(aws.route53As({ key: unknown }).send(list)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(aws.route53As({ key: wrong(aws.admin) }).send(list)).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });

  rule('STS says who asks, and tells unknown keys and wrong secrets apart', async (aws) => {
    const who = new GetCallerIdentityCommand({});
    const identity = await aws.stsAs({}).send(who);
    expect(identity.Arn).toMatch(/^arn:aws:iam::\d{12}:user\/.+/);
    expect(identity.Account).toMatch(/^\d{12}$/);
    expect((await aws.stsAs({ key: aws.reader }).send(who)).Arn).not.toBe(identity.Arn);
    await expect(aws.stsAs({ key: unknown }).send(who)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(aws.stsAs({ key: wrong(aws.admin) }).send(who)).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });
}
