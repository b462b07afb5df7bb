// What the S3 actions need, as IAM names it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html, "Permissions" of each operation

import { knownText, mayBe, patternOf } from '../../../engine/index.ts';
import type { AwsPermission } from '../../../engine/index.ts';

export interface ForeseenObject {
  readonly target: string;
  readonly bucket: string;
  readonly key: string;
}

type ForeseenBucket = Omit<ForeseenObject, 'key'>;

export function mayOnBucket(
  { target, bucket }: ForeseenBucket,
  ...actions: readonly string[]
): AwsPermission[] {
  return allowed(target, `arn:aws:s3:::${patternOf(bucket)}`, actions);
}

export function mayOnObject(
  { target, bucket, key }: ForeseenObject,
  ...actions: readonly string[]
): AwsPermission[] {
  return allowed(target, `arn:aws:s3:::${patternOf(bucket)}/${patternOf(key)}`, actions);
}

function allowed(target: string, resource: string, actions: readonly string[]): AwsPermission[] {
  return actions.map((action) => ({ system: 'aws', target, action, resource }));
}

/** The facts of a bucket that count; those that may not be asked are not known, and nothing else happens. */
export function mayLookAtBucket(
  bucket: ForeseenBucket,
  counts: { readonly public: boolean },
): AwsPermission[] {
  return mayOnBucket(
    bucket,
    's3:ListBucket',
    's3:GetBucketVersioning',
    ...(counts.public
      ? ['s3:GetBucketPublicAccessBlock', 's3:GetBucketPolicyStatus', 's3:GetBucketAcl']
      : []),
  );
}

/**
 * HEAD and GET are one right. Without s3:ListBucket an absent object is answered with 403, which cannot be told from one
 * that may not be read. `versioned`: a version is named.
 */
export function mayReadObject(
  object: ForeseenObject,
  { versioned }: { readonly versioned: boolean },
): AwsPermission[] {
  return [
    ...mayOnBucket(object, 's3:ListBucket'),
    ...mayOnObject(object, 's3:GetObject', ...(versioned ? ['s3:GetObjectVersion'] : [])),
  ];
}

/**
 * A key given by its ARN is known; one given by id or alias, or the account's own, is not. Reading back and joining parts
 * decrypts.
 */
export function mayUseKey(wanted: {
  readonly target: string;
  readonly encryption?: string;
  readonly kmsKeyId?: string;
}): AwsPermission[] {
  if (!mayBe(wanted.encryption ?? 'AES256', 'aws:kms')) return [];
  const key = knownText(wanted.kmsKeyId);
  const resource = key?.startsWith('arn:') === true ? key : 'arn:aws:kms:*:*:key/*';
  return allowed(wanted.target, resource, ['kms:GenerateDataKey', 'kms:Decrypt']);
}
