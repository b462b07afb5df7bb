// s3.download: an object out of a bucket into an artifact, streamed. The artifact is there only when its SHA-256 is the
// expected one: that of the parameters, or that which the uploader recorded.

import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { Planned, ReadContext, WriteContext } from '../../engine/index.ts';
import { digestOf, keptFile } from '../source-file.ts';
import type { BucketObject, BucketReader, DrPorts } from '../ports.ts';
import { mayReadObject } from './support/permissions.ts';
import { addressOf, objectParams, sha256Param, uriOf, versionParam } from './support/params.ts';

const params = Type.Object(
  {
    ...objectParams,
    versionId: versionParam,
    to: Type.String({
      description: 'Name of the artifact to write',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._/-]*$',
    }),
    sha256: Type.Optional(sha256Param('Expected hex SHA-256')),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  file: Type.String({ description: 'Name of the artifact' }),
  sizeBytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex SHA-256 of the content' }),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

export const s3Download = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 's3.download',
  version: 1,
  effect: 'change',
  summary: 'Downloads an object to an artifact of the run',
  examples: [
    {
      id: 'fetch-backup',
      action: 's3.download',
      with: { target: 'aws', bucket: 'dr-backups', key: 'prod/etcd.db', to: 'etcd-snapshot.db' },
    },
  ],
  params,
  outputs,
  // The version that was looked at is read, also where none is given.
  permissions: (wanted) => ({ carryOut: mayReadObject(wanted, { versioned: true }) }),
  plan,
  apply,
  probe: async (wanted, ctx) => {
    const s3 = await ctx.readers.s3(wanted.target);
    const present = await findDownloaded(wanted, await findObject(s3, wanted, ctx), ctx);
    return present === undefined ? { found: 'not-done' } : { found: 'done', outputs: present };
  },
  undo: {
    possible: true,
    run: async ({ entries }, ctx) => {
      const name = entries.get('artifact');
      if (typeof name === 'string') await ctx.clients.artifacts.remove(name);
    },
  },
  artifacts: ({ outputs: downloaded }) => keptFile(downloaded),
});

async function plan(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Planned<Outputs>> {
  const s3 = await ctx.readers.s3(wanted.target);
  const object = await s3.head(addressOf(wanted), ctx.signal);
  const on = { target: wanted.target, object: uriOf(wanted) };
  const run = {
    kind: 'run',
    on,
    summary: `download to artifact ${wanted.to}`,
    risk: 'safe',
  } as const;
  if (object === undefined) return { changes: [run], notes: [`${on.object} is not there yet`] };
  const present = await findDownloaded(wanted, object, ctx);
  if (present === undefined) {
    return {
      changes: [{ ...run, summary: `${run.summary} (${counted(object.sizeBytes, 'byte')})` }],
    };
  }
  const because = `artifact ${wanted.to} has this content`;
  return { changes: [{ kind: 'none', because }], outputs: present };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<Outputs> {
  const s3 = await ctx.clients.s3(wanted.target);
  const object = await findObject(s3, wanted, ctx);
  if (object === undefined) {
    throw new DrctlError('CLIENT_NOT_FOUND', `There is no object ${uriOf(wanted)}`);
  }
  const present = await findDownloaded(wanted, object, ctx);
  if (present !== undefined) return present;
  await ctx.recordUndo({ artifact: wanted.to });
  const expected = wanted.sha256 ?? object.sha256;
  // The version that was looked at, even when the object is replaced meanwhile.
  const content = s3.read(addressOf({ ...wanted, ...object }), ctx.signal);
  const written = await ctx.clients.artifacts.write(
    wanted.to,
    verified(content, { object, expected, ctx }),
  );
  return { file: wanted.to, ...written };
}

function findObject(
  s3: BucketReader,
  wanted: Params,
  ctx: ReadContext<DrPorts>,
): Promise<BucketObject | undefined> {
  return s3.head(addressOf(wanted), ctx.signal);
}

interface Expectation {
  readonly object: BucketObject;
  readonly expected: string | undefined;
  readonly ctx: ReadContext<DrPorts>;
}

/** Throws at the end when the content is not the expected one, before the artifact becomes visible. */
async function* verified(
  content: AsyncIterable<Uint8Array>,
  { object, expected, ctx }: Expectation,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    done += chunk.byteLength;
    ctx.report({ message: 'downloading', done, total: object.sizeBytes, unit: 'bytes' });
    yield chunk;
  }
  const sha256 = hash.digest('hex');
  if (done === object.sizeBytes && (expected ?? sha256) === sha256) return;
  throw new DrctlError(
    'DATA_CORRUPT',
    `${uriOf(object)} came as ${done} bytes with the SHA-256 ${sha256}, expected are ${object.sizeBytes} bytes with ${expected ?? 'any'}`,
  );
}

async function findDownloaded(
  wanted: Params,
  object: BucketObject | undefined,
  ctx: ReadContext<DrPorts>,
): Promise<Outputs | undefined> {
  const present = await ctx.readers.artifacts.stat(wanted.to);
  if (present === undefined || object === undefined) return undefined;
  if (present.sizeBytes !== object.sizeBytes) return undefined;
  const found = await digestOf(ctx.readers.artifacts.read(wanted.to), ctx.signal);
  const expected = wanted.sha256 ?? object.sha256;
  return expected === found.sha256 ? { file: wanted.to, ...found } : undefined;
}
