// s3.assert: what must be true of a bucket, and of an object in it. All that does not hold is told at once.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, TargetName, defineReadAction, mayBe } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import { planAssertion } from '../plan-assertion.ts';
import type { BucketFacts, BucketObject, BucketReader, DrPorts } from '../ports.ts';
import { mayLookAtBucket, mayOnObject, mayReadObject } from './support/permissions.ts';
import { addressOf, bucketParam, sha256Param, versionParam } from './support/params.ts';

const params = Type.Object(
  {
    target: TargetName('aws'),
    bucket: bucketParam,
    region: Type.Optional(Type.String({ description: 'The bucket must be in this region' })),
    writable: Type.Optional(
      Type.Boolean({
        description: 'We must be allowed to write; asked by a write that cannot succeed',
      }),
    ),
    notPublic: Type.Optional(
      Type.Boolean({ description: 'The bucket must not be readable by everyone' }),
    ),
    versioned: Type.Optional(
      Type.Boolean({ description: 'The bucket must be versioned, or must not be' }),
    ),
    differsFrom: Type.Optional(
      Type.Array(Type.String(), { description: 'Names that the bucket must not have' }),
    ),
    key: Type.Optional(
      Type.String({ description: 'An object to look at', minLength: 1, maxLength: 1024 }),
    ),
    versionId: versionParam,
    exists: Type.Optional(
      Type.Boolean({ description: 'The object must exist, or must not', default: true }),
    ),
    sizeBytes: Type.Optional(
      Type.Integer({ description: 'The object must have this size', minimum: 0 }),
    ),
    sha256: Type.Optional(sha256Param('The object must have this hex SHA-256')),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  bucket: Type.String(),
  region: Type.String(),
  versioned: Type.Boolean(),
  public: Type.Union([Type.Boolean(), Type.Null()], { description: 'null: we may not ask' }),
  encryption: Type.Union([Type.String(), Type.Null()]),
  object: Type.Union([
    Type.Null(),
    Type.Object({
      key: Type.String(),
      versionId: Type.Optional(Type.String()),
      sizeBytes: Type.Integer(),
      etag: Type.String(),
      sha256: Type.Optional(Type.String()),
    }),
  ]),
});

type Params = Static<typeof params>;

export const s3Assert = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 's3.assert',
  version: 1,
  summary: 'Fails unless a bucket, and an object in it, are as they must be',
  examples: [
    {
      id: 'bucket-is-private',
      action: 's3.assert',
      with: {
        target: 'aws',
        bucket: 'dr-backups',
        region: 'eu-central-1',
        writable: true,
        notPublic: true,
      },
    },
    {
      id: 'snapshot-is-there',
      action: 's3.assert',
      with: { target: 'aws', bucket: 'dr-backups', key: 'prod/etcd.db', sizeBytes: 20512 },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => {
    const key = wanted.key ?? 'drctl-write-check';
    const versioned = wanted.versionId !== undefined;
    return {
      carryOut: [
        ...mayLookAtBucket(wanted, { public: mayBe(wanted.notPublic ?? false, true) }),
        ...(wanted.key === undefined ? [] : mayReadObject({ ...wanted, key }, { versioned })),
        ...(mayBe(wanted.writable ?? false, true)
          ? mayOnObject({ ...wanted, key }, 's3:PutObject')
          : []),
      ],
    };
  },
  read,
  plan: (wanted, ctx) => planAssertion(() => read(wanted, ctx)),
});

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Static<typeof outputs>> {
  const s3 = await ctx.readers.s3(wanted.target);
  const facts = await s3.bucket(wanted.bucket, ctx.signal);
  if (facts === undefined) {
    throw new DrctlError('ASSERTION_FAILED', `There is no bucket "${wanted.bucket}"`);
  }
  const object =
    wanted.key === undefined
      ? undefined
      : await s3.head(addressOf({ ...wanted, key: wanted.key }), ctx.signal);
  const faults = [
    ...bucketFaults(wanted, facts),
    ...(await rightsFaults(wanted, s3, ctx.signal)),
    ...(wanted.key === undefined ? [] : objectFaults(wanted, object)),
  ];
  if (faults.length > 0) {
    throw new DrctlError('ASSERTION_FAILED', `Bucket "${wanted.bucket}": ${faults.join('; ')}`);
  }
  return {
    bucket: wanted.bucket,
    region: facts.region,
    versioned: facts.versioned,
    public: facts.public ?? null,
    encryption: facts.encryption ?? null,
    object: object === undefined ? null : shownObject(object),
  };
}

function bucketFaults(wanted: Params, facts: BucketFacts): readonly string[] {
  const faults: string[] = [];
  if (wanted.region !== undefined && facts.region !== wanted.region) {
    faults.push(`it is in ${facts.region}, not in ${wanted.region}`);
  }
  if (wanted.versioned !== undefined && facts.versioned !== wanted.versioned) {
    faults.push(facts.versioned ? 'it is versioned' : 'it is not versioned');
  }
  if (wanted.differsFrom?.includes(wanted.bucket) === true) {
    faults.push('it is a bucket that must not be used here');
  }
  if (wanted.notPublic === true && facts.public === true) {
    faults.push('everyone can read it');
  }
  // What cannot be told is not taken for good: an etcd snapshot holds every Secret of its cluster.
  if (wanted.notPublic === true && facts.public === undefined) {
    faults.push(
      'it cannot be told whether everyone can read it: s3:GetBucketPolicyStatus and s3:GetBucketPublicAccessBlock are needed',
    );
  }
  return faults;
}

async function rightsFaults(
  wanted: Params,
  s3: BucketReader,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (wanted.writable !== true) return [];
  const key = wanted.key ?? 'drctl-write-check';
  const mayWrite = await s3.mayWrite({ bucket: wanted.bucket, key }, signal);
  return mayWrite ? [] : [`we may not write to ${key}`];
}

function objectFaults(wanted: Params, object: BucketObject | undefined): readonly string[] {
  const { key = '', exists = true } = wanted;
  if (object === undefined) return exists ? [`there is no object ${key}`] : [];
  if (!exists) return [`there is an object ${key}`];
  const faults: string[] = [];
  if (wanted.sizeBytes !== undefined && object.sizeBytes !== wanted.sizeBytes) {
    faults.push(`${key} has ${object.sizeBytes} bytes, not ${wanted.sizeBytes}`);
  }
  if (wanted.sha256 !== undefined && object.sha256 !== wanted.sha256) {
    faults.push(`${key} has the SHA-256 ${object.sha256 ?? 'unknown'}, not ${wanted.sha256}`);
  }
  return faults;
}

function shownObject(object: BucketObject) {
  const { key, versionId, sizeBytes, etag, sha256 } = object;
  return {
    key,
    ...(versionId !== undefined && { versionId }),
    sizeBytes,
    etag,
    ...(sha256 !== undefined && { sha256 }),
  };
}
