// Buckets as an AWS account has them today, made through the S3 API: private and blocked for the public, encrypted by
// default. A public one must be opened on purpose.

import type { AwsCall, AwsClient } from '../world/aws-client.ts';
import { REGION } from '../world/settings.ts';
import { expectAnswer } from './expect-answer.ts';

const LOCATION = `<LocationConstraint>${REGION}</LocationConstraint>`;
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export interface BucketSettings {
  readonly versioned: boolean;
  /** Everyone may read its objects. */
  readonly public?: boolean;
}

export async function createBucket(
  aws: AwsClient,
  name: string,
  settings: BucketSettings,
): Promise<void> {
  const put = async (subresource: string, body: string): Promise<void> => {
    const call: AwsCall = { service: 's3', method: 'PUT', path: `/${name}`, body };
    const query = subresource === '' ? {} : { query: { [subresource]: '' } };
    expectAnswer(`PUT of bucket ${name} ${subresource}`, await aws.send({ ...call, ...query }));
  };
  await put('', element('CreateBucketConfiguration', LOCATION));
  await put(
    'encryption',
    element(
      'ServerSideEncryptionConfiguration',
      '<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>',
    ),
  );
  if (settings.versioned) {
    await put('versioning', element('VersioningConfiguration', '<Status>Enabled</Status>'));
  }
  const isPublic = settings.public === true;
  await put('publicAccessBlock', element('PublicAccessBlockConfiguration', blockOf(!isPublic)));
  if (isPublic) await put('policy', JSON.stringify(readableByEveryone(name)));
}

function element(name: string, content: string): string {
  return `<${name} xmlns="${NAMESPACE}">${content}</${name}>`;
}

function blockOf(blocked: boolean): string {
  return ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
    .map((name) => `<${name}>${blocked}</${name}>`)
    .join('');
}

function readableByEveryone(name: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${name}/*`,
      },
    ],
  };
}
