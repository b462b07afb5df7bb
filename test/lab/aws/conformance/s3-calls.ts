// S3 calls that many rules make.

import {
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { AwsUnderTest } from './under-test.ts';

export interface At {
  readonly Bucket: string;
  readonly Key: string;
}

export function put(
  aws: AwsUnderTest,
  at: At,
  body: string | Buffer,
  extra: Partial<PutObjectCommandInput> = {},
): Promise<PutObjectCommandOutput> {
  return aws.s3.send(new PutObjectCommand({ ...at, Body: body, ...extra }));
}

export async function bytesOf(
  aws: AwsUnderTest,
  at: At & { readonly VersionId?: string },
  range?: string,
): Promise<Buffer> {
  const answer = await aws.s3.send(
    new GetObjectCommand({ ...at, ...(range !== undefined && { Range: range }) }),
  );
  return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
}

export async function textOf(
  aws: AwsUnderTest,
  at: At & { readonly VersionId?: string },
  range?: string,
): Promise<string> {
  return (await bytesOf(aws, at, range)).toString();
}
