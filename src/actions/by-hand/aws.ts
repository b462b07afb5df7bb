// The S3, Route53 and backup actions as commands of the aws CLI.

import { parseDuration } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/index.ts';
import { given, objects, text, texts } from './params.ts';
import type { ByHand, Places } from './place.ts';
import { line, remark } from './shell.ts';

const ONE_DAY = '24h';

export const awsByHand: Readonly<Record<string, ByHand>> = {
  's3.upload': (params, places) => {
    const encryption = given(params, 'encryption') ?? 'AES256';
    const sse = encryption === 'none' ? [] : [`--sse=${encryption}`];
    const key = given(params, 'kmsKeyId');
    const kms = key === undefined ? [] : [`--sse-kms-key-id=${key}`];
    return [aws(params, places, 's3', 'cp', text(params, 'from'), uri(params), ...sse, ...kms)];
  },
  's3.download': (params, places) => [
    aws(params, places, 's3', 'cp', uri(params), text(params, 'to')),
    ...sum(params, text(params, 'to')),
  ],
  's3.presign': (params, places) => [
    aws(
      params,
      places,
      's3',
      'presign',
      uri(params),
      `--expires-in=${seconds(given(params, 'expires') ?? ONE_DAY)}`,
    ),
    remark('The URL is a secret, and ends with the credentials that signed it'),
  ],
  's3.assert': (params, places) => {
    const bucket = `--bucket=${text(params, 'bucket')}`;
    const key = given(params, 'key');
    return [
      aws(params, places, 's3api', 'get-bucket-location', bucket),
      ...(params['notPublic'] === true
        ? [aws(params, places, 's3api', 'get-bucket-policy-status', bucket)]
        : []),
      ...(params['versioned'] === undefined
        ? []
        : [aws(params, places, 's3api', 'get-bucket-versioning', bucket)]),
      ...(key === undefined
        ? []
        : [aws(params, places, 's3api', 'head-object', bucket, `--key=${key}`)]),
      ...(params['exists'] === false ? [remark('It must not be there')] : []),
    ];
  },
  'dns.assert': (params, places) => [zone(params, places), records(params, places)],
  'dns.wait': (params, places) => [
    records(params, places),
    remark(
      `Again, until ${texts(params, 'names').join(', ') || '<names>'} are ${text(params, 'until')}`,
    ),
  ],
  'dns.update': (params, places) => {
    const batch = JSON.stringify({ Changes: objects(params['changes']).map(recordChange) });
    return [
      records(params, places),
      aws(
        params,
        places,
        'route53',
        'change-resource-record-sets',
        `--hosted-zone-id=${text(params, 'zone')}`,
        `--change-batch=${batch}`,
      ),
    ];
  },
  'backup.find': (params, places) => [
    aws(
      params,
      places,
      's3',
      'ls',
      '--recursive',
      `s3://${text(params, 'bucket')}/${text(params, 'prefix')}/`,
    ),
    remark('The newest folder with a manifest.json is the newest backup that is complete'),
  ],
  'backup.fetch': (params, places) => [
    aws(params, places, 's3', 'cp', uri(params), text(params, 'to')),
    ...sum(params, text(params, 'to')),
  ],
  'backup.record': (params, places) => [
    remark(
      'The exported objects as one archive, then last of all the manifest that makes the backup complete',
    ),
    aws(
      params,
      places,
      's3',
      'cp',
      '<the archive>',
      `s3://${text(params, 'bucket')}/${text(params, 'folder')}/`,
    ),
    aws(
      params,
      places,
      's3',
      'cp',
      'manifest.json',
      `s3://${text(params, 'bucket')}/${text(params, 'folder')}/`,
    ),
  ],
};

function aws(params: JsonObject, places: Places, ...words: readonly string[]): string {
  return line('aws', ...places(text(params, 'target')), ...words);
}

const uri = (params: JsonObject): string => `s3://${text(params, 'bucket')}/${text(params, 'key')}`;

function sum(params: JsonObject, file: string): readonly string[] {
  const sha256 = given(params, 'sha256');
  return sha256 === undefined ? [] : [line('sha256sum', file), remark(`Must be ${sha256}`)];
}

const zone = (params: JsonObject, places: Places): string =>
  aws(params, places, 'route53', 'get-hosted-zone', `--id=${text(params, 'zone')}`);

const records = (params: JsonObject, places: Places): string =>
  aws(
    params,
    places,
    'route53',
    'list-resource-record-sets',
    `--hosted-zone-id=${text(params, 'zone')}`,
  );

/** In Route53's own words. https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html */
function recordChange(change: JsonObject): JsonObject {
  const values = texts(change, 'values').map((value) => ({ Value: value }));
  return {
    Action: change['action'] ?? 'UPSERT',
    ResourceRecordSet: {
      Name: change['name'] ?? '<name>',
      Type: change['type'] ?? '<type>',
      ...(values.length === 0 ? {} : { TTL: change['ttl'] ?? 300, ResourceRecords: values }),
    },
  };
}

/** A duration that is not known yet is no number. */
const seconds = (duration: string): string =>
  /^[0-9]+[a-z]+$/.test(duration) ? String(parseDuration(duration) / 1000) : '<seconds>';
