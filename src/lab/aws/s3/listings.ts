// Lists: objects, uploads, parts. Keys come in UTF-8 order; what is folded under a common prefix counts as one.

import { queryValue } from '../http.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import type { XmlNode } from '../xml.ts';
import { invalidArgument, xmlReply } from './context.ts';
import type { BucketCall, ObjectCall, S3Call } from './context.ts';
import { currentVersion } from './model.ts';
import type { Bucket, StoredVersion } from './model.ts';
import { findUpload } from './multipart.ts';

export const maxPageSize = 1_000;

export function listBuckets(call: S3Call): AwsReply {
  const buckets = [...call.server.buckets.values()].sort((a, b) => compareKeys(a.name, b.name));
  return xmlReply('ListAllMyBucketsResult', [
    ['Owner', [['ID', 'lab']]],
    [
      'Buckets',
      buckets.map((bucket): XmlNode => [
        'Bucket',
        [
          ['Name', bucket.name],
          ['CreationDate', bucket.createdAt.toISOString()],
          ['BucketRegion', call.server.region],
        ],
      ]),
    ],
  ]);
}

export function listObjects(call: BucketCall): AwsReply {
  const { request, bucket } = call;
  const encode = encoder(request);
  const isV2 = queryValue(request, 'list-type') === '2';
  const token = queryValue(request, 'continuation-token');
  const after =
    token === undefined
      ? (queryValue(request, isV2 ? 'start-after' : 'marker') ?? '')
      : Buffer.from(token, 'base64url').toString();
  const page = pageOf(liveKeys(bucket), request, after);
  const next = page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url');
  return xmlReply('ListBucketResult', [
    ['Name', bucket.name],
    ['Prefix', encode(queryValue(request, 'prefix') ?? '')],
    ['Delimiter', queryValue(request, 'delimiter')],
    ['MaxKeys', page.size],
    ['EncodingType', queryValue(request, 'encoding-type')],
    ['IsTruncated', page.next !== undefined],
    ...(isV2
      ? ([
          ['KeyCount', page.keys.length + page.prefixes.length],
          ['ContinuationToken', token],
          ['NextContinuationToken', next],
          ['StartAfter', queryValue(request, 'start-after')],
        ] as const)
      : ([
          ['Marker', after],
          ['NextMarker', page.next === undefined ? undefined : encode(page.next)],
        ] as const)),
    ...page.keys.map((key): XmlNode => {
      const version = currentVersion(bucket, key);
      return ['Contents', [['Key', encode(key)], ...(version ? versionNodes(version) : [])]];
    }),
    ...page.prefixes.map((prefix): XmlNode => ['CommonPrefixes', [['Prefix', encode(prefix)]]]),
  ]);
}

function liveKeys(bucket: Bucket): readonly string[] {
  return [...bucket.objects.keys()].filter((key) => currentVersion(bucket, key) !== undefined);
}

export function versionNodes(version: StoredVersion): readonly XmlNode[] {
  return [
    ['LastModified', version.lastModified.toISOString()],
    ['ETag', `"${version.etag}"`],
    ['Size', version.sizeBytes],
    ['StorageClass', 'STANDARD'],
  ];
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly size: number;
  /** The last key or prefix given; undefined: there is nothing more. */
  readonly next: string | undefined;
}

function pageOf(all: readonly string[], request: AwsRequest, after: string): Page {
  const prefix = queryValue(request, 'prefix') ?? '';
  const delimiter = queryValue(request, 'delimiter') ?? '';
  const size = pageSize(request);
  const limit = Math.min(size, maxPageSize);
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of [...all].sort(compareKeys)) {
    if (!key.startsWith(prefix) || compareKeys(key, after) <= 0) continue;
    const folded = foldedPrefix(key, prefix, delimiter);
    if (folded !== undefined && (folded === last || folded === after)) continue;
    if (keys.length + prefixes.length >= limit) return { keys, prefixes, size, next: last };
    if (folded === undefined) keys.push(key);
    else prefixes.push(folded);
    last = folded ?? key;
  }
  return { keys, prefixes, size, next: undefined };
}

/** As it was asked for; no page has more than `maxPageSize`. */
export function pageSize(request: AwsRequest): number {
  const size = Number(queryValue(request, 'max-keys') ?? maxPageSize);
  if (!Number.isInteger(size) || size < 0)
    throw invalidArgument('Provided max-keys not an integer');
  return size;
}

function foldedPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** UTF-8 order; JavaScript's own differs from it beyond the basic plane. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function encoder(request: AwsRequest): (text: string) => string {
  if (queryValue(request, 'encoding-type') !== 'url') return (text) => text;
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
}

export function listUploads(call: BucketCall): AwsReply {
  const prefix = queryValue(call.request, 'prefix') ?? '';
  const uploads = [...call.bucket.uploads.values()].filter(({ key }) => key.startsWith(prefix));
  return xmlReply('ListMultipartUploadsResult', [
    ['Bucket', call.bucket.name],
    ['IsTruncated', false],
    ...uploads.map((upload): XmlNode => [
      'Upload',
      [
        ['Key', upload.key],
        ['UploadId', upload.id],
        ['Initiated', upload.startedAt.toISOString()],
      ],
    ]),
  ]);
}

export function listParts(call: ObjectCall): AwsReply {
  const upload = findUpload(call);
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  return xmlReply('ListPartsResult', [
    ['Bucket', call.bucket.name],
    ['Key', call.key],
    ['UploadId', upload.id],
    ['IsTruncated', false],
    ...parts.map(([number, part]): XmlNode => [
      'Part',
      [
        ['PartNumber', number],
        ['ETag', `"${part.md5.toString('hex')}"`],
        ['Size', part.sizeBytes],
        ['LastModified', part.lastModified.toISOString()],
        ...Object.entries(part.checksums).map(
          ([name, value]) => [`Checksum${name}`, value] as const,
        ),
      ],
    ]),
  ]);
}
