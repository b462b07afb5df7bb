// Every kind of call to S3 and Route53, for suites that make the connection ill.

import { createHash, randomBytes } from 'node:crypto';
import type { AwsTarget } from '../../src/adapters/index.ts';
import { contentOf, upload } from '../contracts/bucket-client.suite.ts';
import type { ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';

const MIB = 1024 * 1024;
export const small = randomBytes(200_000);
/** Two parts. */
export const large = randomBytes(5 * MIB + 1_000);

export interface Subject {
  readonly key: string;
  readonly zoneId: string;
  readonly signal: AbortSignal;
}

export interface CallKind {
  readonly name: string;
  /** A fault of the body meets what is large enough. */
  readonly carries?: 'request' | 'answer';
  isIt(call: ProxiedCall): boolean;
  make(aws: AwsTarget, on: Subject): Promise<unknown>;
  /** Of what succeeded; undefined: any. */
  readonly gives?: unknown;
}

const record = (key: string) => ({
  name: `${key}.example.com.`,
  type: 'TXT',
  ttlSeconds: 60,
  values: ['"a"'],
});
async function namesOf(records: AsyncIterable<{ readonly type: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { type } of records) found.push(type);
  return found;
}

const isRoute53 = ({ path: where }: ProxiedCall): boolean => where.startsWith('/2013-04-01/');
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export const kinds: readonly CallKind[] = [
  {
    name: 's3 put',
    carries: 'request',
    isIt: ({ method, path: where, query }) =>
      method === 'PUT' && where.startsWith('/plain/') && !query.has('partNumber'),
    make: async (aws, { key, signal }) =>
      (await upload(aws.bucketClient, { bucket: 'plain', key }, small, { signal })).sha256,
    gives: sha256(small),
  },
  {
    name: 's3 part of an upload',
    carries: 'request',
    isIt: ({ method, query }) => method === 'PUT' && query.has('partNumber'),
    make: async (aws, { key, signal }) =>
      (await upload(aws.bucketClient, { bucket: 'plain', key }, large, { signal })).sha256,
    gives: sha256(large),
  },
  {
    name: 's3 end of an upload in parts',
    isIt: ({ method, query }) => method === 'POST' && query.has('uploadId'),
    make: async (aws, { key, signal }) =>
      (await upload(aws.bucketClient, { bucket: 'plain', key }, large, { signal })).sha256,
    gives: sha256(large),
  },
  {
    name: 's3 get',
    carries: 'answer',
    isIt: ({ method, path: where }) => method === 'GET' && where === '/plain/kept',
    make: async (aws, { signal }) => {
      const at = { bucket: 'plain', key: 'kept' };
      return sha256(await contentOf(aws.bucketReader.read(at, signal)));
    },
    gives: sha256(small),
  },
  {
    name: 's3 head',
    isIt: ({ method, path: where }) => method === 'HEAD' && where === '/plain/kept',
    make: async (aws, { signal }) =>
      (await aws.bucketReader.head({ bucket: 'plain', key: 'kept' }, signal))?.sizeBytes,
    gives: small.byteLength,
  },
  {
    name: 's3 facts of a bucket',
    isIt: ({ path: where, query }) => /^\/plain\/?$/.test(where) && query.has('versioning'),
    make: async (aws, { signal }) => (await aws.bucketReader.bucket('plain', signal))?.versioned,
    gives: false,
  },
  {
    name: 'route53 list',
    isIt: (call) => isRoute53(call) && call.method === 'GET' && call.path.endsWith('/rrset'),
    make: async (aws, { zoneId, signal }) => {
      return (await namesOf(aws.zoneReader.records(zoneId, signal))).includes('SOA');
    },
    gives: true,
  },
  {
    name: 'route53 change',
    isIt: (call) => isRoute53(call) && call.method === 'POST',
    make: async (aws, { key, zoneId, signal }) => {
      const changes = [{ action: 'UPSERT', record: record(key) }] as const;
      const { changeId } = await aws.zoneClient.change(zoneId, changes, { comment: 'c', signal });
      return changeId !== '';
    },
    gives: true,
  },
  {
    name: 'route53 state of a change',
    isIt: (call) => isRoute53(call) && call.path.includes('/change/'),
    make: async (aws, { key, zoneId, signal }) => {
      const changes = [{ action: 'UPSERT', record: record(key) }] as const;
      const { changeId } = await aws.zoneClient.change(zoneId, changes, { comment: 'c', signal });
      return ['PENDING', 'INSYNC'].includes(await aws.zoneReader.changeStatus(changeId, signal));
    },
    gives: true,
  },
];
