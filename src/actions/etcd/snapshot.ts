// etcd.snapshot: one snapshot, saved by etcd's own tool inside a pod, streamed out into an artifact and verified on the
// way, never held in memory. Nothing is left in the pod, whatever the outcome; a note beside the artifact says where it
// comes from, and only both together count as done.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { Json, ReadContext, WriteContext } from '../../engine/index.ts';
import { keptFile } from '../source-file.ts';
import type { DrPorts, EtcdMember } from '../ports.ts';
import { chooseMember } from './support/choose-member.ts';
import { memberStates } from './support/members.ts';
import { memberParams } from './support/params.ts';
import { memberPermissions } from './support/permissions.ts';
import { findTaken, forgetTaken, noteTaken } from './support/snapshot-note.ts';
import { checkSpace, cleanUp, fetchSnapshot, removeFromPod } from './support/snapshot-transfer.ts';
import type { FileInPod } from './support/snapshot-transfer.ts';

const params = Type.Object(
  {
    ...memberParams,
    pod: Type.Optional(
      Type.String({
        description:
          'Pod of the member to take it from; otherwise a healthy member that is up to date, not the leader if possible',
      }),
    ),
    to: Type.String({
      description: 'Name of the artifact to write',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._/-]*$',
    }),
    directory: Type.Optional(
      Type.String({
        description:
          'Folder in the pod for the temporary file; on the etcd volume, outside its data directory',
        pattern: '^/[A-Za-z0-9._/-]*$',
        default: '/var/lib',
      }),
    ),
    keepInPod: Type.Optional(
      Type.Boolean({ description: 'Leave the file in the pod', default: false }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  file: Type.String({ description: 'Name of the artifact' }),
  sizeBytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex SHA-256 of the whole file' }),
  pod: Type.String({ description: 'Pod of the member that it was taken from' }),
  revision: Type.Integer({ description: 'Revision of that member right before the snapshot' }),
  version: Type.String({ description: 'etcd version of that member' }),
});

type Params = Static<typeof params>;

const defaultDirectory = '/var/lib';

export const etcdSnapshot = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'etcd.snapshot',
  version: 1,
  effect: 'change',
  summary: 'Takes a snapshot of etcd through a pod and brings it out, verified',
  description:
    'Stop everything that writes to this etcd first and wait until its pods are gone: writes after the snapshot are lost.',
  examples: [
    {
      id: 'snapshot',
      action: 'etcd.snapshot',
      with: { target: 'source', namespace: 'clusters-prod', to: 'etcd-snapshot.db' },
      timeout: '30m',
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({ carryOut: memberPermissions(wanted) }),
  plan,
  apply,
  probe: async (wanted, ctx) => {
    const taken = await findTaken(wanted.to, ctx);
    if (taken === undefined) return { found: 'not-done' };
    // It is done when its file is out of the pod, too: another attempt removes that, and takes nothing anew.
    const isClean = wanted.keepInPod === true || !(await isInPod(wanted.target, ctx));
    return isClean ? { found: 'done', outputs: taken } : { found: 'not-done' };
  },
  undo: {
    possible: true,
    run: async ({ params: { target, to }, entries }, ctx) => {
      const etcd = await ctx.clients.etcd(target);
      for (const file of podFilesOf(entries)) await removeFromPod(etcd, file, ctx.signal);
      if (entries.size > 0) await forgetTaken(to, ctx);
    },
  },
  artifacts: ({ outputs: taken }) => keptFile(taken),
  tidy: async ({ params: { target, keepInPod }, entries }, ctx) => {
    if (keepInPod === true) return;
    const etcd = await ctx.clients.etcd(target);
    for (const file of podFilesOf(entries)) await removeFromPod(etcd, file, ctx.signal);
  },
});

async function plan(wanted: Params, ctx: ReadContext<DrPorts>) {
  const taken = await findTaken(wanted.to, ctx);
  if (taken !== undefined) {
    const because = `artifact ${taken.file} holds the snapshot of ${taken.pod}`;
    return { changes: [{ kind: 'none', because } as const], outputs: taken };
  }
  const chosen = chooseMember(await memberStates(wanted, ctx), wanted.pod);
  const { pod } = chosen.member;
  return {
    changes: [
      {
        kind: 'run',
        // Which member is ahead differs from moment to moment, and what is done does not: one is as good as another.
        on: {
          target: wanted.target,
          object:
            wanted.pod === undefined
              ? `etcd of ${wanted.namespace}`
              : `Pod ${wanted.namespace}/${pod}`,
        },
        summary: `save an etcd snapshot and bring it out as artifact ${wanted.to}`,
        risk: 'safe',
      } as const,
    ],
    // Not in the summary: it moves all the time too.
    notes: [`About ${counted(chosen.dbSizeBytes, 'byte')}, through pod ${pod} as it is now`],
  };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<Static<typeof outputs>> {
  const etcd = await ctx.clients.etcd(wanted.target);
  // An earlier attempt may have ended between the snapshot and its record, or before it had cleaned up.
  const earlier = ctx.attempt > 1 ? await findTaken(wanted.to, ctx) : undefined;
  if (ctx.attempt > 1 && wanted.keepInPod !== true) {
    for (const file of podFilesOf(ctx.undoEntries)) await removeFromPod(etcd, file, ctx.signal);
  }
  if (earlier !== undefined) return earlier;
  const { member, dbSizeBytes, revision, version } = chooseMember(
    await memberStates(wanted, ctx),
    wanted.pod,
  );
  const path = `${(wanted.directory ?? defaultDirectory).replace(/\/+$/, '')}/drctl-${ctx.token}.db`;
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  await checkSpace({ etcd, member, directory, dbSizeBytes, signal: ctx.signal });
  await ctx.recordUndo({
    [`${podFileKey}${member.pod}`]: { ...member, path },
    artifact: wanted.to,
  });
  try {
    const written = await fetchSnapshot({ etcd, member, path, to: wanted.to, ctx });
    const taken = { file: wanted.to, ...written, pod: member.pod, revision, version };
    await noteTaken(taken, ctx);
    return taken;
  } finally {
    // Also when the step is interrupted, and never instead of the error that ended it.
    if (wanted.keepInPod !== true) await cleanUp(etcd, { member, path }, ctx);
  }
}

const podFileKey = 'pod-file/';

/** A pod that cannot be asked any more counts as clean: the snapshot is here, and undo looks once more. */
async function isInPod(
  target: string,
  ctx: ReadContext<DrPorts> & { readonly undoEntries: ReadonlyMap<string, Json> },
): Promise<boolean> {
  const etcd = await ctx.readers.etcd(target);
  for (const { member, path } of podFilesOf(ctx.undoEntries)) {
    try {
      if ((await etcd.fileSizeBytes(member, path, ctx.signal)) !== undefined) return true;
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!(error instanceof DrctlError)) throw error;
    }
  }
  return false;
}

function podFilesOf(entries: ReadonlyMap<string, Json>): readonly FileInPod[] {
  return [...entries]
    .filter(([key]) => key.startsWith(podFileKey))
    .map(([, entry]) => {
      const { path, ...member } = entry as unknown as EtcdMember & { readonly path: string };
      return { member, path };
    });
}
