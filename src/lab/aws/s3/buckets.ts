// Operations on buckets and their settings.

import { AwsError } from '../aws-error.ts';
import { readDocument } from '../http.ts';
import type { AwsReply } from '../http.ts';
import { childText, children, parseXml } from '../xml.ts';
import type { XmlNode } from '../xml.ts';
import { removePieces, xmlReply } from './context.ts';
import type { BucketCall, S3Call, S3Server } from './context.ts';
import type { Bucket } from './model.ts';
import { deleteKey } from './objects.ts';

export interface BucketSettings {
  readonly versioned?: boolean;
  readonly isPublic?: boolean;
}

/** Throws BucketAlreadyOwnedByYou. */
export function addBucket(server: S3Server, name: string, settings: BucketSettings = {}): Bucket {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new AwsError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      BucketName: name,
    });
  }
  if (server.buckets.has(name)) {
    throw new AwsError(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  }
  const bucket: Bucket = {
    name,
    createdAt: server.now(),
    versioning: settings.versioned === true ? 'Enabled' : 'off',
    isPublic: settings.isPublic === true,
    objects: new Map(),
    uploads: new Map(),
  };
  server.buckets.set(name, bucket);
  return bucket;
}

export function createBucket(call: S3Call, name: string): AwsReply {
  addBucket(call.server, name);
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket(call: BucketCall): AwsReply {
  return { status: 200, headers: { 'x-amz-bucket-region': call.server.region } };
}

export async function deleteBucket(call: BucketCall): Promise<AwsReply> {
  if (call.bucket.objects.size > 0) {
    throw new AwsError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      BucketName: call.bucket.name,
    });
  }
  call.server.buckets.delete(call.bucket.name);
  for (const upload of call.bucket.uploads.values()) await removePieces([...upload.parts.values()]);
  return { status: 204 };
}

export function getLocation(call: BucketCall): AwsReply {
  // The oldest region has no name here.
  const region = call.server.region === 'us-east-1' ? '' : call.server.region;
  return xmlReply('LocationConstraint', region);
}

export function getVersioning(call: BucketCall): AwsReply {
  const { versioning } = call.bucket;
  return xmlReply('VersioningConfiguration', [
    ['Status', versioning === 'off' ? undefined : versioning],
  ]);
}

export async function putVersioning(call: BucketCall): Promise<AwsReply> {
  const text = (await readDocument(call.request.body)).toString();
  const status = childText(parseXml(text, 'VersioningConfiguration'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new AwsError(
      400,
      'IllegalVersioningConfigurationException',
      'The Versioning element must be specified',
    );
  }
  call.bucket.versioning = status;
  return { status: 200 };
}

export function getPolicyStatus(call: BucketCall): AwsReply {
  if (!call.bucket.isPublic) {
    throw new AwsError(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', {
      BucketName: call.bucket.name,
    });
  }
  return xmlReply('PolicyStatus', [['IsPublic', true]]);
}

export function getPublicAccessBlock(call: BucketCall): AwsReply {
  if (call.bucket.isPublic) {
    throw new AwsError(
      404,
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
      { BucketName: call.bucket.name },
    );
  }
  return xmlReply('PublicAccessBlockConfiguration', [
    ['BlockPublicAcls', true],
    ['IgnorePublicAcls', true],
    ['BlockPublicPolicy', true],
    ['RestrictPublicBuckets', true],
  ]);
}

export function getEncryption(): AwsReply {
  return xmlReply('ServerSideEncryptionConfiguration', [
    [
      'Rule',
      [
        ['ApplyServerSideEncryptionByDefault', [['SSEAlgorithm', 'AES256']]],
        ['BucketKeyEnabled', false],
      ],
    ],
  ]);
}

/** DeleteObjects. */
export async function deleteMany(call: BucketCall): Promise<AwsReply> {
  const document = parseXml((await readDocument(call.request.body)).toString(), 'Delete');
  const quiet = childText(document, 'Quiet') === 'true';
  const deleted: XmlNode[] = [];
  for (const node of children(document, 'Object')) {
    const key = childText(node, 'Key') ?? '';
    const result = await deleteKey(call, key, childText(node, 'VersionId'));
    deleted.push([
      'Deleted',
      [
        ['Key', key],
        ['VersionId', childText(node, 'VersionId')],
        ['DeleteMarker', result.isDeleteMarker ? true : undefined],
        ['DeleteMarkerVersionId', result.isDeleteMarker ? result.versionId : undefined],
      ],
    ]);
  }
  return xmlReply('DeleteResult', quiet ? [] : deleted);
}
