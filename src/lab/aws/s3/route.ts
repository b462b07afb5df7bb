// Which operation a request means: by method, path and the sub-resource in the query. What is not served says so with
// NotImplemented; nothing is guessed.

import { AwsError } from '../aws-error.ts';
import { decodePath, queryValue } from '../http.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import {
  createBucket,
  deleteBucket,
  deleteMany,
  getEncryption,
  getLocation,
  getPolicyStatus,
  getPublicAccessBlock,
  getVersioning,
  headBucket,
  putVersioning,
} from './buckets.ts';
import { noSuchBucket } from './context.ts';
import type { BucketCall, ObjectCall, S3Call } from './context.ts';
import { listVersions } from './list-versions.ts';
import { listBuckets, listObjects, listParts, listUploads } from './listings.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts';
import { deleteObject, getObject, putObject } from './objects.ts';

type Reply = AwsReply | Promise<AwsReply>;

/** Sub-resources that choose an operation; parameters like prefix do not. */
const subresources = [
  'accelerate',
  'acl',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'uploads',
  'uploadId',
  'versioning',
  'versions',
  'website',
];

const bucketOperations: Readonly<Record<string, (call: BucketCall) => Reply>> = {
  'HEAD ': headBucket,
  'GET ': listObjects,
  'DELETE ': deleteBucket,
  'GET location': getLocation,
  'GET versioning': getVersioning,
  'PUT versioning': putVersioning,
  'GET policyStatus': getPolicyStatus,
  'GET publicAccessBlock': getPublicAccessBlock,
  'GET encryption': getEncryption,
  'GET versions': listVersions,
  'GET uploads': listUploads,
  'POST delete': deleteMany,
};

const objectOperations: Readonly<Record<string, (call: ObjectCall) => Reply>> = {
  'PUT ': putObject,
  'GET ': getObject,
  'HEAD ': getObject,
  'DELETE ': deleteObject,
  'POST uploads': createUpload,
  'PUT uploadId': uploadPart,
  'POST uploadId': completeUpload,
  'DELETE uploadId': abortUpload,
  'GET uploadId': listParts,
};

export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

/** Path style only: "/bucket/key". */
export function addressOf(rawPath: string): S3Address {
  const path = decodePath(rawPath).replace(/^\//, '');
  const at = path.indexOf('/');
  return at < 0
    ? { bucket: path, key: '' }
    : { bucket: path.slice(0, at), key: path.slice(at + 1) };
}

function subresourceOf(request: AwsRequest): string {
  return subresources.find((part) => queryValue(request, part) !== undefined) ?? '';
}

/** Of an object's content, as s3:GetObject allows it. */
export function isPlainRead(request: AwsRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const isObject = addressOf(request.rawPath).key !== '';
  return isRead && isObject && subresourceOf(request) === '';
}

export async function serveS3(call: S3Call): Promise<AwsReply> {
  const { request, server } = call;
  const { bucket: name, key } = addressOf(request.rawPath);
  const subresource = subresourceOf(request);
  const operation = `${request.method} ${subresource}`;
  if (name === '') {
    if (operation === 'GET ') return listBuckets(call);
    throw notImplemented(operation);
  }
  if (key === '' && operation === 'PUT ') return createBucket(call, name);
  const bucket = server.buckets.get(name);
  if (bucket === undefined) throw noSuchBucket(name);
  if (key === '') {
    const serve = bucketOperations[operation];
    if (serve === undefined) throw notImplemented(operation);
    return serve({ ...call, bucket });
  }
  const serve = objectOperations[operation];
  if (serve === undefined || request.headers['x-amz-copy-source'] !== undefined) {
    throw notImplemented(operation);
  }
  return serve({ ...call, bucket, key });
}

function notImplemented(operation: string): AwsError {
  return new AwsError(
    501,
    'NotImplemented',
    `A header or query you provided implies functionality that is not implemented: ${operation}`,
  );
}
