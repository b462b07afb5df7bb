// backup.fetch: the objects of a backup as an export of this run, for k8s.restore. The export is there only when every byte
// of the archive is the one that was recorded.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { Json, Planned, ReadContext, WriteContext } from '../../engine/index.ts';
import type { Consequence, DrPorts } from '../ports.ts';
import { keptExport } from '../k8s/support/exported.ts';
import { mayReadObject } from '../s3/support/permissions.ts';
import {
  foreseenObjects,
  hasObjects,
  removeObjects,
  unpackObjects,
} from './support/objects-archive.ts';
import { artifactParam, backupParams, sha256Param } from './support/params.ts';

const params = Type.Object(
  {
    target: backupParams.target,
    bucket: backupParams.bucket,
    key: Type.String({ description: 'Key of the archive', minLength: 1, maxLength: 1024 }),
    sizeBytes: Type.Integer({ minimum: 0 }),
    sha256: sha256Param('Hex SHA-256 of the archive'),
    count: Type.Integer({ description: 'How many objects it has', minimum: 0 }),
    to: artifactParam('Name of the artifact folder, for k8s.restore `from`'),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  artifact: Type.String({ description: 'Name of the artifact folder' }),
  count: Type.Integer(),
  digest: Type.Optional(Type.String({ description: '"sha256:…" of the export’s index' })),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

const entryKey = 'artifact';
const indexKey = 'index';

export const backupFetch = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'backup.fetch',
  version: 1,
  effect: 'change',
  summary: 'Fetches the objects of a backup as an export of this run',
  examples: [
    {
      id: 'fetch-objects',
      action: 'backup.fetch',
      with: {
        target: 'aws',
        bucket: 'dr-backups',
        key: '{{steps.find-backup.outputs.objects.key}}',
        sizeBytes: 81234,
        sha256: '0'.repeat(64),
        count: 57,
        to: 'objects',
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({ carryOut: mayReadObject(wanted, { versioned: false }) }),
  plan,
  apply,
  probe: async (wanted, ctx) =>
    ctx.undoEntries.has(entryKey) && (await hasObjects(ctx.readers.artifacts, wanted.to))
      ? { found: 'done', outputs: outputsOf(wanted, ctx.undoEntries) }
      : { found: 'not-done' },
  undo: {
    possible: true,
    run: async ({ entries }, ctx) => {
      const artifact = entries.get(entryKey);
      if (typeof artifact === 'string') await removeObjects(ctx, artifact);
    },
  },
  artifacts: ({ outputs: fetched }) => keptExport(fetched),
});

function outputsOf({ to, count }: Params, entries?: ReadonlyMap<string, Json>): Outputs {
  const digest = entries?.get(indexKey);
  return { artifact: to, count, ...(typeof digest === 'string' && { digest }) };
}

async function plan(
  wanted: Params,
  ctx: ReadContext<DrPorts>,
): Promise<Planned<Outputs, Consequence>> {
  if (await hasObjects(ctx.readers.artifacts, wanted.to)) {
    const because = `artifact ${wanted.to} has been fetched already`;
    return { changes: [{ kind: 'none', because }], outputs: outputsOf(wanted) };
  }
  return {
    changes: [
      {
        kind: 'run',
        on: { target: wanted.target, object: `s3://${wanted.bucket}/${wanted.key}` },
        summary: `fetch ${counted(wanted.count, 'object')} to artifact ${wanted.to}`,
        risk: 'safe',
      },
    ],
    outputs: outputsOf(wanted),
    consequences: async () => {
      const { bucket, key, sizeBytes, sha256, to } = wanted;
      const s3 = await ctx.readers.s3(wanted.target);
      const content = s3.read({ bucket, key }, ctx.signal);
      return foreseenObjects(ctx, { content, sizeBytes, sha256, to });
    },
  };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<Outputs> {
  if (await hasObjects(ctx.readers.artifacts, wanted.to)) {
    if (ctx.undoEntries.has(entryKey)) return outputsOf(wanted, ctx.undoEntries);
    throw new DrctlError('CLIENT_CONFLICT', `Another step has made the artifact "${wanted.to}"`);
  }
  const { bucket, key, sizeBytes, sha256, to } = wanted;
  const s3 = await ctx.clients.s3(wanted.target);
  await ctx.recordUndo({ [entryKey]: to });
  const content = s3.read({ bucket, key }, ctx.signal);
  const digest = await unpackObjects(ctx, {
    content,
    sizeBytes,
    sha256,
    to,
    beforeIndex: async (index) => ctx.recordUndo({ [indexKey]: index }),
  });
  return { ...outputsOf(wanted), digest };
}
