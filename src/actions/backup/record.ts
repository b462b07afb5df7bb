// backup.record: makes a backup of what is in a bucket already and of an export of this run: the objects as one archive,
// and last of all the manifest, without which there is no backup.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { counted, defineAction } from '../../engine/index.ts';
import type { JsonObject, Planned, ReadContext, WriteContext } from '../../engine/index.ts';
import type { BucketClient, BucketReader, DrPorts, ObjectAddress } from '../ports.ts';
import { digestOf } from '../source-file.ts';
import { mayOnObject, mayReadObject, mayUseKey } from '../s3/support/permissions.ts';
import {
  backupOutputs,
  encodeManifest,
  manifestName,
  objectsName,
  outputsOf,
  readManifest,
} from './support/manifest.ts';
import type { BackupOutputs, Manifest } from './support/manifest.ts';
import { packObjects } from './support/objects-archive.ts';
import { artifactParam, backupParams, folderParam, sha256Param } from './support/params.ts';

const params = Type.Object(
  {
    ...backupParams,
    folder: folderParam(
      'Prefix of this backup’s keys, ending with the id of the run: "dr/clusters/prod/{{run.id}}"',
    ),
    snapshot: Type.Object(
      {
        file: Type.String({
          description: 'Name of the snapshot’s object in the folder: "etcd.db"',
          pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*$',
        }),
        sizeBytes: Type.Integer({ minimum: 0 }),
        sha256: sha256Param('Hex SHA-256 of it'),
        revision: Type.Integer({ description: 'etcd’s revision that it holds', minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    objects: Type.Object(
      {
        from: artifactParam('The artifact of k8s.export'),
        count: Type.Integer({ description: 'How many objects it has', minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    facts: Type.Unsafe<JsonObject>({
      type: 'object',
      description: 'What a restore has to know beside: instances, host names, owners',
    }),
    encryption: Type.Optional(
      Type.Enum(['AES256', 'aws:kms', 'none'], {
        description: 'Encryption at rest that is asked for; the objects have Secrets among them',
        default: 'AES256',
      }),
    ),
    kmsKeyId: Type.Optional(Type.String({ description: 'Key for aws:kms' })),
  },
  { additionalProperties: false },
);

const outputs = Type.Object(backupOutputs);

type Params = Static<typeof params>;

const partSizeBytes = 8 * 1024 ** 2;

export const backupRecord = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'backup.record',
  version: 1,
  effect: 'change',
  summary: 'Completes a backup in a bucket: the exported objects, and last its manifest',
  description:
    'A backup is what lies below one folder of keys: the snapshot, which s3.upload has put there, the objects of an export as one archive, and backup.json, whose presence means that all of it is there. The archive holds Secrets: use a private, encrypted bucket.',
  examples: [
    {
      id: 'record-backup',
      action: 'backup.record',
      with: {
        target: 'aws',
        bucket: 'dr-backups',
        of: 'clusters/prod',
        folder: 'clusters/prod/20261122-031502-aws-backup-k3f9',
        snapshot: { file: 'etcd.db', sizeBytes: 20512, sha256: '0'.repeat(64), revision: 4711 },
        objects: { from: 'objects', count: 57 },
        facts: { infraId: 'prod-x7k2p' },
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [manifestName, objectsName].flatMap((name) => {
      const object = { ...wanted, key: `${wanted.folder}/${name}` };
      return [
        ...mayReadObject(object, { versioned: true }),
        ...mayOnObject(object, 's3:PutObject', 's3:AbortMultipartUpload'),
        ...mayUseKey(wanted),
      ];
    }),
  }),
  plan,
  apply,
  probe: async (wanted, ctx) => {
    const present = await recorded(await ctx.readers.s3(wanted.target), wanted, ctx);
    return present === undefined
      ? { found: 'not-done' }
      : { found: 'done', outputs: outputsOf(present, wanted) };
  },
  undo: { possible: false, because: 'a backup outlives the run that made it' },
});

async function plan(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Planned<BackupOutputs>> {
  const present = await recorded(await ctx.readers.s3(wanted.target), wanted, ctx);
  if (present !== undefined) {
    const because = 'this backup is complete';
    return { changes: [{ kind: 'none', because }], outputs: outputsOf(present, wanted) };
  }
  return {
    changes: [
      {
        kind: 'run',
        on: { target: wanted.target, object: `s3://${wanted.bucket}/${wanted.folder}` },
        summary: `add ${counted(wanted.objects.count, 'object')} and the manifest: a backup of ${wanted.of}`,
        risk: 'safe',
      },
    ],
  };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<BackupOutputs> {
  const s3 = await ctx.clients.s3(wanted.target);
  const present = await recorded(s3, wanted, ctx);
  if (present !== undefined) return outputsOf(present, wanted);
  const pack = () => packObjects(ctx.readers.artifacts, wanted.objects.from);
  const archive = await digestOf(pack(), ctx.signal);
  await put(s3, wanted, { name: objectsName, content: pack(), ...archive, ctx });
  const manifest: Manifest = {
    format: 1,
    id: idOf(wanted),
    of: wanted.of,
    createdAt: ctx.now().toISOString(),
    drctl: ctx.run.drctl,
    snapshot: wanted.snapshot,
    objects: { file: objectsName, ...archive, count: wanted.objects.count },
    facts: wanted.facts,
  };
  const bytes = encodeManifest(manifest);
  const digest = await digestOf(once(bytes), ctx.signal);
  await put(s3, wanted, { name: manifestName, content: once(bytes), ...digest, ctx });
  return outputsOf(manifest, wanted);
}

/** The manifest of an earlier attempt: of this very snapshot, or it would be another run's. */
async function recorded(
  s3: BucketReader,
  wanted: Params,
  ctx: ReadContext<DrPorts>,
): Promise<Manifest | undefined> {
  const address = addressOf(wanted, manifestName);
  if ((await s3.head(address, ctx.signal)) === undefined) return undefined;
  const manifest = await readManifest(s3, address, ctx.signal);
  const isOurs =
    manifest.id === idOf(wanted) && manifest.snapshot.sha256 === wanted.snapshot.sha256;
  return isOurs ? manifest : undefined;
}

interface Upload {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly ctx: WriteContext<DrPorts>;
}

async function put(s3: BucketClient, wanted: Params, upload: Upload): Promise<void> {
  const { name, content, sizeBytes, sha256, ctx } = upload;
  const address = addressOf(wanted, name);
  const present = await s3.head(address, ctx.signal);
  if (present?.sha256 === sha256 && present.sizeBytes === sizeBytes) return;
  await s3.upload(address, {
    content,
    sizeBytes,
    sha256,
    partSizeBytes,
    encryption: wanted.encryption ?? 'AES256',
    ...(wanted.kmsKeyId !== undefined && { kmsKeyId: wanted.kmsKeyId }),
    onProgress: (done) =>
      ctx.report({ message: `uploading ${name}`, done, total: sizeBytes, unit: 'bytes' }),
    signal: ctx.signal,
  });
}

function addressOf({ bucket, folder }: Params, name: string): ObjectAddress {
  return { bucket, key: `${folder}/${name}` };
}

function idOf({ folder }: Params): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
