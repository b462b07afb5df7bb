// Rules of multipart uploads: nothing shows before they are complete, nothing is left of those that are not.

import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type CompletedPart,
  type CompleteMultipartUploadCommandInput,
  type CreateMultipartUploadCommandInput,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { bytesOf, put, textOf, type At } from './s3-calls.ts';
import type { AwsUnderTest } from './under-test.ts';

const partBytes = 5 * 1024 * 1024;
const md5 = (data: string | Buffer): Buffer => createHash('md5').update(data).digest();
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

interface Begun {
  readonly at: At;
  readonly UploadId: string;
  part(
    number: number,
    body: string | Buffer,
    extra?: Partial<UploadPartCommandInput>,
  ): Promise<CompletedPart>;
  complete(
    parts: readonly CompletedPart[],
    extra?: Partial<CompleteMultipartUploadCommandInput>,
  ): Promise<string>;
  abort(): Promise<void>;
}

async function begin(
  aws: AwsUnderTest,
  extra: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<Begun> {
  const at = { Bucket: extra.Bucket ?? (await aws.newBucket()), Key: 'big' };
  const { UploadId = '' } = await aws.s3.send(
    new CreateMultipartUploadCommand({ ...at, ...extra }),
  );
  const target = { ...at, UploadId };
  return {
    at,
    UploadId,
    part: async (PartNumber, Body, more = {}) => {
      const sent = await aws.s3.send(
        new UploadPartCommand({ ...target, PartNumber, Body, ...more }),
      );
      return { PartNumber, ETag: sent.ETag, ChecksumSHA256: sent.ChecksumSHA256 };
    },
    complete: async (Parts, more = {}) => {
      const done = await aws.s3.send(
        new CompleteMultipartUploadCommand({
          ...target,
          MultipartUpload: { Parts: [...Parts] },
          ...more,
        }),
      );
      return done.ETag ?? '';
    },
    abort: async () => {
      await aws.s3.send(new AbortMultipartUploadCommand(target));
    },
  };
}

export function multipartRules(rule: Rule): void {
  completionRules(rule);
  refusalRules(rule);
}

function completionRules(rule: Rule): void {
  rule('a streamed upload of three parts comes back whole', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'big' };
    const body = randomBytes(partBytes * 2 + 1_000);
    const done = await new Upload({
      client: aws.s3,
      partSize: partBytes,
      params: {
        ...at,
        Body: Readable.from([body.subarray(0, 3_000_000), body.subarray(3_000_000)]),
        ChecksumAlgorithm: 'SHA256',
      },
    }).done();
    expect(done.ETag).toMatch(/-3"$/);
    expect(body.equals(await bytesOf(aws, at))).toBe(true);
    const range = await bytesOf(aws, at, `bytes=${partBytes - 5}-${partBytes + 4}`);
    expect(range.equals(body.subarray(partBytes - 5, partBytes + 5))).toBe(true);
  });

  rule('the SHA-256 of an object in parts is that of its parts, with their number', async (aws) => {
    const upload = await begin(aws, { ChecksumAlgorithm: 'SHA256' });
    const done = await aws.s3.send(
      new CompleteMultipartUploadCommand({
        ...upload.at,
        UploadId: upload.UploadId,
        MultipartUpload: { Parts: [await upload.part(1, 'content')] },
      }),
    );
    expect(done.ChecksumSHA256).toBe(`${sha256(sha256('content')).toString('base64')}-1`);
  });

  rule(
    'parts may come in any order and be sent again; the ETag is the MD5 of their MD5s',
    async (aws) => {
      const upload = await begin(aws);
      const first = randomBytes(partBytes);
      const last = await upload.part(2, 'the end');
      await upload.part(1, randomBytes(partBytes));
      const etag = await upload.complete([await upload.part(1, first), last]);
      const whole = md5(Buffer.concat([md5(first), md5('the end')])).toString('hex');
      expect(etag).toBe(`"${whole}-2"`);
      const content = Buffer.concat([first, Buffer.from('the end')]);
      expect(content.equals(await bytesOf(aws, upload.at))).toBe(true);
    },
  );

  rule('parts that are not named at the end are not part of the object', async (aws) => {
    const upload = await begin(aws);
    await upload.part(1, 'left out');
    await upload.complete([await upload.part(2, 'kept')]);
    expect(await textOf(aws, upload.at)).toBe('kept');
  });

  rule('nothing shows before completion, and nothing is left of an aborted upload', async (aws) => {
    const upload = await begin(aws);
    const { at, UploadId } = upload;
    await upload.part(1, randomBytes(100));
    await expect(textOf(aws, at)).rejects.toMatchObject({ name: 'NoSuchKey' });
    const list = new ListPartsCommand({ ...at, UploadId });
    const { Parts } = await aws.s3.send(list);
    expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 100]]);
    const uploads = async () =>
      (await aws.s3.send(new ListMultipartUploadsCommand({ Bucket: at.Bucket }))).Uploads ?? [];
    expect((await uploads()).map(({ Key }) => Key)).toEqual(['big']);
    await upload.abort();
    expect(await uploads()).toEqual([]);
    await expect(aws.s3.send(list)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  rule('a part of an upload that was aborted is NoSuchUpload', async (aws) => {
    const upload = await begin(aws);
    await upload.abort();
    await expect(upload.part(1, 'late')).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
}

function refusalRules(rule: Rule): void {
  rule('a part that is not the last must have 5 MiB', async (aws) => {
    const upload = await begin(aws);
    const parts = [await upload.part(1, 'small'), await upload.part(2, 'small')];
    await expect(upload.complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
  });

  rule('parts that are named out of order are refused', async (aws) => {
    const upload = await begin(aws);
    const body = randomBytes(partBytes);
    const [first, second] = [await upload.part(1, body), await upload.part(2, body)];
    await expect(upload.complete([second, first])).rejects.toMatchObject({
      name: 'InvalidPartOrder',
    });
  });

  rule('a part that is not there, or has another ETag, is refused', async (aws) => {
    const upload = await begin(aws);
    const { ETag } = await upload.part(1, 'small');
    for (const part of [
      { PartNumber: 3, ETag },
      { PartNumber: 1, ETag: `"${'0'.repeat(32)}"` },
    ]) {
      await expect(upload.complete([part])).rejects.toMatchObject({ name: 'InvalidPart' });
    }
  });

  rule('a part number above 10,000 is refused', async (aws) => {
    const upload = await begin(aws);
    await expect(upload.part(10_001, 'x')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  rule('a part that does not match its SHA-256 is refused', async (aws) => {
    const upload = await begin(aws, { ChecksumAlgorithm: 'SHA256' });
    const ChecksumSHA256 = createHash('sha256').update('other').digest('base64');
    await expect(upload.part(1, 'hello', { ChecksumSHA256 })).rejects.toMatchObject({
      name: 'BadDigest',
    });
  });

  rule('an upload completed with If-None-Match: * never replaces an object', async (aws) => {
    const upload = await begin(aws);
    const part = await upload.part(1, 'second');
    await put(aws, upload.at, 'first');
    await expect(upload.complete([part], { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await textOf(aws, upload.at)).toBe('first');
  });
}
