// Headers that belong to an object: metadata, content type, encryption. Kept when it is written, given back when it is read.

import { invalidArgument } from './context.ts';
import { checksumHeader } from '../checksums.ts';
import type { ChecksumAlgorithm } from '../checksums.ts';
import type { AwsRequest } from '../http.ts';
import type { ObjectLabels, StoredVersion } from './model.ts';

const keptHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
]);
const maxMetadataBytes = 2_048;

/** Throws InvalidArgument or MetadataTooLarge. */
export function labelsOf(request: AwsRequest): ObjectLabels {
  const headers: Record<string, string> = {
    'content-type': request.headers['content-type'] ?? 'binary/octet-stream',
  };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    if (name.startsWith('x-amz-meta-')) metadataBytes += name.length - 11 + value.length;
    if (name.startsWith('x-amz-meta-') || keptHeaders.has(name)) headers[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) {
    throw invalidArgument('Your metadata headers exceed the maximum allowed metadata size');
  }
  const encoding = (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked');
  if (encoding.length > 0) headers['content-encoding'] = encoding.join(',');
  return { headers, encryption: encryptionOf(request) };
}

function encryptionOf(request: AwsRequest): Readonly<Record<string, string>> {
  // Since 2023 S3 encrypts whatever does not ask for anything else.
  const algorithm = request.headers['x-amz-server-side-encryption'] ?? 'AES256';
  if (!['AES256', 'aws:kms'].includes(algorithm)) {
    throw invalidArgument('The encryption method specified is not supported');
  }
  const keyId = request.headers['x-amz-server-side-encryption-aws-kms-key-id'];
  return {
    'x-amz-server-side-encryption': algorithm,
    ...(algorithm === 'aws:kms' && {
      'x-amz-server-side-encryption-aws-kms-key-id':
        keyId ?? 'arn:aws:kms:us-east-1:000000000000:key/lab',
    }),
  };
}

/** What GET and HEAD answer with; checksums only when asked for, as S3 does. */
export function objectHeaders(
  version: StoredVersion,
  options: { readonly withChecksums: boolean },
): Record<string, string> {
  return {
    ...version.headers,
    ...version.encryption,
    'accept-ranges': 'bytes',
    etag: `"${version.etag}"`,
    'last-modified': version.lastModified.toUTCString(),
    ...(version.versionId !== 'null' && { 'x-amz-version-id': version.versionId }),
    ...(options.withChecksums && checksumHeaders(version)),
  };
}

export function checksumHeaders(version: StoredVersion): Record<string, string> {
  const values = Object.entries(version.checksums.values);
  if (values.length === 0) return {};
  return {
    'x-amz-checksum-type': version.checksums.type,
    ...Object.fromEntries(
      values.map(([name, value]) => [checksumHeader(name as ChecksumAlgorithm), value]),
    ),
  };
}
