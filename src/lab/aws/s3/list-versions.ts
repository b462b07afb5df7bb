// ListObjectVersions: by key, the newest first within a key. A page begins behind the version that the markers name.

import { queryValue } from '../http.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import type { XmlNode } from '../xml.ts';
import { invalidArgument, xmlReply } from './context.ts';
import type { BucketCall } from './context.ts';
import { compareKeys, encoder, maxPageSize, pageSize, versionNodes } from './listings.ts';
import type { Bucket, StoredVersion } from './model.ts';

interface Listed {
  readonly version: StoredVersion;
  readonly isLatest: boolean;
}

interface Marker {
  readonly key: string | undefined;
  /** undefined: behind all versions of the key. */
  readonly versionId: string | undefined;
}

export function listVersions(call: BucketCall): AwsReply {
  const { request, bucket } = call;
  const encode = encoder(request);
  const prefix = queryValue(request, 'prefix') ?? '';
  const marker = markerOf(request);
  const size = Math.min(pageSize(request), maxPageSize);
  const rest = behind(marker, versionsOf(bucket, prefix));
  const page = rest.slice(0, size);
  const last = rest.length > size ? page.at(-1)?.version : undefined;
  return xmlReply('ListVersionsResult', [
    ['Name', bucket.name],
    ['Prefix', encode(prefix)],
    ['KeyMarker', encode(marker.key ?? '')],
    ['VersionIdMarker', marker.versionId ?? ''],
    ['MaxKeys', size],
    ['EncodingType', queryValue(request, 'encoding-type')],
    ['IsTruncated', last !== undefined],
    ['NextKeyMarker', last === undefined ? undefined : encode(last.key)],
    ['NextVersionIdMarker', last?.versionId],
    ...page.map(({ version, isLatest }): XmlNode => [
      version.isDeleteMarker ? 'DeleteMarker' : 'Version',
      [
        ['Key', encode(version.key)],
        ['VersionId', version.versionId],
        ['IsLatest', isLatest],
        ...(version.isDeleteMarker
          ? ([['LastModified', version.lastModified.toISOString()]] as const)
          : versionNodes(version)),
      ],
    ]),
  ]);
}

/** Throws InvalidArgument. */
function markerOf(request: AwsRequest): Marker {
  const key = queryValue(request, 'key-marker');
  const versionId = queryValue(request, 'version-id-marker');
  if (versionId !== undefined && key === undefined) {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  }
  return { key, versionId: versionId === '' ? undefined : versionId };
}

function versionsOf(bucket: Bucket, prefix: string): readonly Listed[] {
  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
  return keys.flatMap((key) =>
    (bucket.objects.get(key) ?? [])
      .toReversed()
      .map((version, index) => ({ version, isLatest: index === 0 })),
  );
}

function behind({ key, versionId }: Marker, all: readonly Listed[]): readonly Listed[] {
  if (key === undefined) return all;
  const named = all.findIndex(
    ({ version }) => version.key === key && version.versionId === versionId,
  );
  if (named >= 0) return all.slice(named + 1);
  return all.filter(({ version }) => compareKeys(version.key, key) > 0);
}
