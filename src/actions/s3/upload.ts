// s3.upload: a file into a bucket, streamed in parts, its SHA-256 checked at the bucket and kept with the object. An
// object with this very content is left alone; what is undone is exactly the version that this step uploaded.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { Planned, ReadContext, WriteContext } from '../../engine/index.ts';
import { digestOf, findSourceFile, openSourceFile } from '../source-file.ts';
import type { SourceFileContent } from '../source-file.ts';
import type { BucketObject, DrPorts, UploadOptions } from '../ports.ts';
import { mayOnBucket, mayOnObject, mayReadObject, mayUseKey } from './support/permissions.ts';
import { objectParams, sha256Param, sizeOf, uriOf } from './support/params.ts';
import { digestInParts } from './support/part-checksums.ts';
import {
  cutOffUploads,
  isForeignUpload,
  ownUpload,
  recordParts,
  recordUpload,
  removeParts,
  undoUpload,
} from './support/upload-record.ts';

const params = Type.Object(
  {
    ...objectParams,
    from: Type.String({
      description: 'Artifact name, or a local path that starts with ./ ../ or /',
      minLength: 1,
    }),
    encryption: Type.Optional(
      Type.Enum(['AES256', 'aws:kms', 'none'], {
        description: 'Encryption at rest that is asked for; none leaves it to the bucket',
        default: 'AES256',
      }),
    ),
    kmsKeyId: Type.Optional(Type.String({ description: 'Key for aws:kms' })),
    sha256: Type.Optional(sha256Param('Expected hex SHA-256 of the file')),
    keptBy: Type.Optional(
      Type.String({
        description:
          'Key of an object that keeps this one: while it exists, as the manifest of a finished backup, an undo leaves this one alone',
        minLength: 1,
        maxLength: 1024,
      }),
    ),
    partSize: Type.Optional(
      Type.String({
        description: 'Size of a part of a multipart upload, 5Mi to 5Gi',
        pattern: '^[0-9]+(Mi|Gi)$',
        default: '8Mi',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  versionId: Type.Optional(Type.String({ description: 'In a versioned bucket' })),
  etag: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex SHA-256 of the content' }),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

export const s3Upload = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 's3.upload',
  version: 1,
  effect: 'change',
  summary: 'Uploads a file to a bucket, verified end to end',
  examples: [
    {
      id: 'upload-snapshot',
      action: 's3.upload',
      with: {
        target: 'aws',
        bucket: 'dr-backups',
        key: 'prod/etcd.db',
        from: 'etcd-snapshot.db',
        encryption: 'aws:kms',
      },
      timeout: '30m',
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [
      // What is uploaded is looked at again, by its version where the bucket has any. Where another object is in its
      // place, it counts whether the bucket has versions; other facts of it do not.
      ...mayOnBucket(wanted, 's3:GetBucketVersioning'),
      ...mayReadObject(wanted, { versioned: true }),
      ...mayOnObject(
        wanted,
        's3:PutObject',
        's3:AbortMultipartUpload',
        // Those of an attempt that was cut off.
        's3:ListMultipartUploadParts',
      ),
      ...mayUseKey(wanted),
    ],
    undo: [
      ...mayOnObject(
        wanted,
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:AbortMultipartUpload',
      ),
      ...(wanted.keptBy === undefined
        ? []
        : mayReadObject({ ...wanted, key: wanted.keptBy }, { versioned: false })),
    ],
  }),
  plan,
  apply,
  probe: async (wanted, ctx) => {
    const s3 = await ctx.readers.s3(wanted.target);
    const found = await ownUpload(s3, ctx.undoEntries, ctx.signal);
    if (found === undefined && (await isForeignUpload(s3, ctx.undoEntries, ctx.signal))) {
      const because = `${uriOf(wanted)} holds neither what was there before nor what was to be uploaded`;
      return { found: 'unclear', because };
    }
    return found === undefined
      ? { found: 'not-done' }
      : { found: 'done', outputs: outputsOf(found.object, found.sha256) };
  },
  undo: {
    possible: true,
    run: async ({ params: { target, bucket, keptBy }, entries }, ctx) => {
      const s3 = await ctx.clients.s3(target);
      const keeper = keptBy === undefined ? undefined : { bucket, key: keptBy };
      if (keeper !== undefined && (await s3.head(keeper, ctx.signal)) !== undefined) {
        ctx.report({ message: `it stays: ${uriOf(keeper)} keeps it` });
        return;
      }
      await undoUpload(s3, entries, ctx);
    },
  },
  tidy: async ({ params: { target }, entries }, ctx) => {
    await removeParts(await ctx.clients.s3(target), entries, ctx.signal);
  },
});

async function plan(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Planned<Outputs>> {
  const s3 = await ctx.readers.s3(wanted.target);
  const source = await findSourceFile(ctx.readers, wanted.from);
  const present = await s3.head(wanted, ctx.signal);
  const on = { target: wanted.target, object: uriOf(wanted) };
  const observed = [
    { object: `${wanted.target}: ${on.object}`, fields: { etag: present?.etag ?? null } },
  ];
  if (present !== undefined && source?.sizeBytes === present.sizeBytes) {
    const sha256 = source.sha256 ?? (await digestOf(source.read(), ctx.signal)).sha256;
    if (present.sha256 === sha256) {
      const because = 'the object there has this content';
      return {
        changes: [{ kind: 'none', because }],
        outputs: outputsOf(present, sha256),
        observed,
      };
    }
  }
  const size = source === undefined ? '' : ` (${counted(source.sizeBytes, 'byte')})`;
  const loses =
    present !== undefined && (await s3.bucket(wanted.bucket, ctx.signal))?.versioned !== true;
  return {
    changes: [
      {
        kind: 'run',
        on,
        summary: loses
          ? `upload ${wanted.from}${size} in place of another object, which is lost: the bucket is not versioned`
          : `upload ${wanted.from}${size}`,
        risk: loses ? 'disruptive' : 'safe',
      },
    ],
    observed,
    ...(source === undefined && { notes: [`${wanted.from} is not there yet`] }),
  };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<Outputs> {
  const partSizeBytes = sizeOf(wanted.partSize ?? '8Mi');
  const source = await openSourceFile(ctx.readers, wanted.from);
  const content = await contentOf(source, { sha256: wanted.sha256, partSizeBytes }, ctx.signal);
  const { sha256, sizeBytes } = content;
  if (wanted.sha256 !== undefined && wanted.sha256 !== sha256) {
    throw new DrctlError(
      'DATA_CORRUPT',
      `${wanted.from} has the SHA-256 ${sha256}, expected is ${wanted.sha256}`,
    );
  }
  const s3 = await ctx.clients.s3(wanted.target);
  const cutOff = cutOffUploads(ctx.undoEntries, content);
  // Parts of other content are of no use.
  if (cutOff.length === 0) await removeParts(s3, ctx.undoEntries, ctx.signal);
  const present = await s3.head(wanted, ctx.signal);
  if (present?.sha256 === sha256 && present.sizeBytes === sizeBytes) {
    await removeParts(s3, ctx.undoEntries, ctx.signal);
    return outputsOf(present, sha256);
  }
  await recordUpload(ctx, { address: wanted, content, replaced: present });
  const uploaded = await s3.upload(wanted, {
    // The upload holds the content against its checksums before it shows: a reader that does so too would only take time.
    content: source.read({ start: 0, end: sizeBytes }),
    ...content,
    cutOff,
    partSizeBytes,
    encryption: wanted.encryption ?? 'AES256',
    ...(wanted.kmsKeyId !== undefined && { kmsKeyId: wanted.kmsKeyId }),
    onProgress: (done) =>
      ctx.report({ message: `uploading ${wanted.from}`, done, total: sizeBytes, unit: 'bytes' }),
    onParts: (uploadId) => recordParts(ctx, uploadId),
    signal: ctx.signal,
  });
  // Of those, all but the one that was gone on with.
  if (cutOff.length > 0) await removeParts(s3, ctx.undoEntries, ctx.signal);
  return outputsOf(uploaded, sha256);
}

/** What is to be uploaded. It is read for that only where nobody has said what it should be. */
async function contentOf(
  source: SourceFileContent,
  expected: { readonly sha256: string | undefined; readonly partSizeBytes: number },
  signal: AbortSignal,
): Promise<Pick<UploadOptions, 'sha256' | 'sizeBytes' | 'partChecksums'>> {
  const { sizeBytes } = source;
  const sha256 = source.sha256 ?? expected.sha256;
  if (sha256 !== undefined) return { sha256, sizeBytes };
  return digestInParts(source.read(), expected.partSizeBytes, signal);
}

function outputsOf(object: BucketObject, sha256: string): Outputs {
  const { bucket, key, versionId, etag, sizeBytes } = object;
  return { bucket, key, ...(versionId !== undefined && { versionId }), etag, sizeBytes, sha256 };
}
