// backup.find: the newest backup that is complete and whole. Nothing is taken on trust: the manifest must have the known
// shape, and every object that it names must be there with its size and SHA-256. What is newer and was passed over is said.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import {
  DrctlError,
  Duration,
  defineReadAction,
  formatDuration,
  parseDuration,
  parseTime,
} from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { BucketReader, DrPorts } from '../ports.ts';
import { mayOnBucket, mayReadObject } from '../s3/support/permissions.ts';
import { digestOf } from '../source-file.ts';
import { backupOutputs, manifestName, outputsOf, readManifest } from './support/manifest.ts';
import type { BackupOutputs } from './support/manifest.ts';
import { backupParams, folderParam } from './support/params.ts';

const params = Type.Object(
  {
    ...backupParams,
    prefix: folderParam('Below it each backup has a folder of its own: "dr/clusters/prod"'),
    id: Type.Optional(
      Type.String({ description: 'Exactly this backup, not the newest', minLength: 1 }),
    ),
    maxAge: Type.Optional(Duration({ description: 'Warn when the backup is older' })),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  ...backupOutputs,
  passedOver: Type.Array(Type.Object({ id: Type.String(), because: Type.String() }), {
    description: 'Newer ones that are not used, and why',
  }),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

/** A bucket in which so many of the newest are damaged needs a person. */
const maxExamined = 50;
/** Three objects a backup: years of hourly ones. */
const maxKeys = 200_000;

export const backupFind = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'backup.find',
  version: 1,
  summary: 'Finds the newest complete backup in a bucket, and verifies every part of it',
  description:
    'Sizes and SHA-256 are compared with the manifest’s: by the checksum that the bucket keeps with an object, else by reading it. BACKUP_MISSING when there is none that can be used.',
  examples: [
    {
      id: 'find-backup',
      action: 'backup.find',
      with: {
        target: 'aws',
        bucket: 'dr-backups',
        of: 'clusters/prod',
        prefix: 'clusters/prod',
        maxAge: '24h',
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [
      ...mayOnBucket(wanted, 's3:ListBucket'),
      ...mayReadObject({ ...wanted, key: `${wanted.prefix}/*` }, { versioned: false }),
    ],
  }),
  read: find,
  plan: async (wanted, ctx) => {
    const found = await find(wanted, ctx);
    return {
      changes: [{ kind: 'none', because: 'reads only' }],
      outputs: found,
      notes: [`backup ${found.id} of ${found.createdAt}: every part of it is there and whole`],
      warnings: warningsOf(wanted, found, ctx.now().getTime()),
    };
  },
});

function warningsOf(wanted: Params, found: Outputs, nowMs: number): readonly string[] {
  const ageMs = Math.max(0, nowMs - (parseTime(found.createdAt) ?? nowMs));
  const age = formatDuration(Math.floor(ageMs / 1_000) * 1_000);
  const isOld = wanted.maxAge !== undefined && ageMs > parseDuration(wanted.maxAge);
  return [
    `${wanted.of} is restored from backup ${found.id} of ${found.createdAt}, ${age} old (etcd revision ${found.snapshot.revision}): everything written since then is lost`,
    ...(isOld ? [`Backup ${found.id} is older than ${wanted.maxAge ?? ''}`] : []),
    ...found.passedOver.map(({ id, because }) => `Newer backup ${id} is passed over: ${because}`),
  ];
}

async function find(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Outputs> {
  const s3 = await ctx.readers.s3(wanted.target);
  const folders = await foldersOf(s3, wanted, ctx.signal);
  const newestFirst = [...folders]
    .filter(([id]) => wanted.id === undefined || id === wanted.id)
    .sort(([a], [b]) => (a < b ? 1 : -1));
  const passedOver: { id: string; because: string }[] = [];
  for (const [id, files] of newestFirst.slice(0, maxExamined)) {
    const found = files.has(manifestName)
      ? await examine(s3, wanted, { id, ctx })
      : `it has no ${manifestName}, so it was never finished`;
    if (typeof found !== 'string') return { ...found, passedOver };
    passedOver.push({ id, because: found });
  }
  const where = `s3://${wanted.bucket}/${wanted.prefix}/`;
  const reasons = passedOver.map(({ id, because }) => `${id}: ${because}`).join('; ');
  throw new DrctlError(
    'BACKUP_MISSING',
    `There is no ${passedOver.length === 0 ? '' : 'usable '}backup of ${wanted.of} in ${where}${reasons === '' ? '' : ` (${reasons})`}`,
    {
      hint: 'Look whether bucket and prefix are those of the backup; without a backup the cluster cannot be restored',
    },
  );
}

/** Folder → the names in it. */
async function foldersOf(
  s3: BucketReader,
  { bucket, prefix }: Params,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const start = `${prefix}/`;
  const folders = new Map<string, Set<string>>();
  let keys = 0;
  for await (const { key } of s3.list({ bucket, prefix: start }, signal)) {
    keys += 1;
    if (keys > maxKeys) {
      throw new DrctlError(
        'CLIENT_INVALID',
        `s3://${bucket}/${start} has more than ${maxKeys} objects`,
        { hint: 'Let a lifecycle rule of the bucket remove old backups' },
      );
    }
    const [folder, name, ...deeper] = key.slice(start.length).split('/');
    if (folder === undefined || name === undefined || deeper.length > 0) continue;
    folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  }
  return folders;
}

/** The backup, or why it cannot be used. */
async function examine(
  s3: BucketReader,
  { bucket, prefix, of }: Params,
  { id, ctx }: { readonly id: string; readonly ctx: ReadContext<DrPorts> },
): Promise<BackupOutputs | string> {
  const folder = `${prefix}/${id}`;
  try {
    const manifest = await readManifest(
      s3,
      { bucket, key: `${folder}/${manifestName}` },
      ctx.signal,
    );
    if (manifest.id !== id) return `its manifest is that of ${manifest.id}`;
    if (manifest.of !== of) return `it is one of ${manifest.of}`;
    const found = outputsOf(manifest, { bucket, folder });
    for (const part of [found.snapshot, found.objects]) {
      const fault = await faultOf(s3, { bucket, ...part }, ctx);
      if (fault !== undefined) return fault;
    }
    return found;
  } catch (error) {
    // Gone while it was looked at, or no manifest of ours. That the bucket does not answer is no fault of a backup.
    if (!(error instanceof DrctlError)) throw error;
    if (!['DATA_CORRUPT', 'CLIENT_NOT_FOUND'].includes(error.code)) throw error;
    return error.message;
  }
}

async function faultOf(
  s3: BucketReader,
  part: {
    readonly bucket: string;
    readonly key: string;
    readonly sizeBytes: number;
    readonly sha256: string;
  },
  ctx: ReadContext<DrPorts>,
): Promise<string | undefined> {
  const { bucket, key, sizeBytes, sha256 } = part;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const object = await s3.head({ bucket, key }, ctx.signal);
  if (object === undefined) return `${name} is missing`;
  if (object.sizeBytes !== sizeBytes) {
    return `${name} has ${object.sizeBytes} bytes, not ${sizeBytes}`;
  }
  const found =
    object.sha256 ?? (await digestOf(s3.read({ bucket, key }, ctx.signal), ctx.signal)).sha256;
  return found === sha256 ? undefined : `${name} has the SHA-256 ${found}, not ${sha256}`;
}
