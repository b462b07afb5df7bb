// etcd.health: how the members of an etcd cluster are. A check: it fails when too few are healthy, or when the database
// is older than it must be, or newer than it may be.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import { planAssertion } from '../plan-assertion.ts';
import type { DrPorts, EtcdStatus } from '../ports.ts';
import { chooseMember } from './support/choose-member.ts';
import { describeUnhealthy, memberStates } from './support/members.ts';
import type { MemberState } from './support/members.ts';
import { memberParams } from './support/params.ts';
import { memberPermissions } from './support/permissions.ts';
import { checkSpace } from './support/snapshot-transfer.ts';

const params = Type.Object(
  {
    ...memberParams,
    minHealthy: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('all')], {
        description: 'How many members must be healthy',
        default: 1,
      }),
    ),
    minRevision: Type.Optional(
      Type.Integer({
        description: 'Every healthy member must be at this revision or a later one',
        minimum: 0,
      }),
    ),
    roomForSnapshot: Type.Optional(
      Type.String({
        description:
          'A folder in the pod that must have room for a snapshot of the member from which one would be taken: "/var/lib"',
        pattern: '^/',
      }),
    ),
    maxRevision: Type.Optional(
      Type.Integer({
        description:
          'No key of a healthy member may have been written after this revision. Keys that only went away since, as events and leases do by themselves, do not count',
        minimum: 0,
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  members: Type.Array(
    Type.Object({
      pod: Type.String(),
      healthy: Type.Boolean(),
      because: Type.Optional(Type.String({ description: 'Why it is not healthy' })),
      isLeader: Type.Optional(Type.Boolean()),
      revision: Type.Optional(Type.Integer()),
      dbSizeBytes: Type.Optional(Type.Integer()),
      version: Type.Optional(Type.String()),
    }),
  ),
  healthy: Type.Integer({ description: 'Members that are healthy' }),
  total: Type.Integer({ description: 'Members that were found' }),
  leader: Type.Union([Type.String(), Type.Null()], { description: 'Pod of the leader' }),
  revision: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The highest revision of a healthy member',
  }),
  version: Type.Union([Type.String(), Type.Null()], {
    description: 'The etcd version of that member',
  }),
});

export const etcdHealth = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'etcd.health',
  version: 1,
  summary: 'Tells how the members of an etcd cluster are, and fails when too few are healthy',
  examples: [
    {
      id: 'etcd-healthy',
      action: 'etcd.health',
      with: { target: 'source', namespace: 'clusters-prod', minHealthy: 'all' },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({ carryOut: memberPermissions(wanted) }),
  read,
  plan: (wanted, ctx) => planAssertion(() => read(wanted, ctx)),
});

async function read(
  wanted: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<Static<typeof outputs>> {
  const states = await memberStates(wanted, ctx);
  const healthy = states.filter(({ status }) => status.healthy);
  const needed = wanted.minHealthy === 'all' ? states.length : (wanted.minHealthy ?? 1);
  if (healthy.length < needed) {
    throw new DrctlError(
      'ASSERTION_FAILED',
      `${healthy.length} healthy of ${counted(states.length, 'etcd member')} in "${wanted.namespace}" of ${wanted.target}, ${needed} must be (${describeUnhealthy(states)})`,
    );
  }
  checkNotOlder(healthy, wanted);
  await checkNotNewer(healthy, wanted, ctx);
  await checkRoom(states, wanted, ctx);
  const newest = newestOf(healthy);
  return {
    members: states.map(({ status }) => shownStatus(status)),
    healthy: healthy.length,
    total: states.length,
    leader: states.find(({ status }) => status.isLeader === true)?.status.pod ?? null,
    revision: newest?.status.revision ?? null,
    version: newest?.status.version ?? null,
  };
}

function checkNotOlder(
  healthy: readonly MemberState[],
  { minRevision, namespace, target }: Static<typeof params>,
): void {
  if (minRevision === undefined) return;
  const behind = healthy.find(({ status }) => (status.revision ?? 0) < minRevision);
  if (behind === undefined) return;
  const { pod, revision } = behind.status;
  throw new DrctlError(
    'ASSERTION_FAILED',
    `etcd in "${namespace}" of ${target} is older than it must be: ${pod} is at revision ${revision ?? 'unknown'}, ${minRevision} is expected`,
    { hint: 'It may have started from an empty or an old volume instead of the snapshot' },
  );
}

/**
 * A revision also grows without any writer: events and other keys with a lease expire by themselves. So a member that is
 * ahead is asked what has happened.
 */
async function checkNotNewer(
  healthy: readonly MemberState[],
  { maxRevision, namespace, target }: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<void> {
  if (maxRevision === undefined) return;
  const etcd = await ctx.readers.etcd(target);
  const newer = healthy.filter(({ status }) => (status.revision ?? Infinity) > maxRevision);
  const changesOf = await Promise.all(
    newer.map(async ({ member, status: { revision: upTo = Infinity } }) =>
      etcd.changesSince(member, { after: maxRevision, upTo }, ctx.signal),
    ),
  );
  for (const [index, { status }] of newer.entries()) {
    const changes = changesOf[index];
    if (changes === undefined) continue;
    const revision = status.revision ?? Infinity;
    const isWhole = changes.upToRevision >= revision;
    if (isWhole && changes.writes === 0) continue;
    const because =
      changes.writes > 0
        ? `${counted(changes.writes, 'key was', 'keys were')} written since`
        : `only the changes up to ${changes.upToRevision} could be seen`;
    throw new DrctlError(
      'ASSERTION_FAILED',
      `etcd in "${namespace}" of ${target}: ${status.pod}: revision ${status.revision ?? 'unknown'} is above ${maxRevision}: ${because}`,
      { hint: 'Find out what wrote to it, and whether that may be lost, before it is replaced' },
    );
  }
}

async function checkRoom(
  states: readonly MemberState[],
  { roomForSnapshot, target }: Static<typeof params>,
  { readers, signal }: ReadContext<DrPorts>,
): Promise<void> {
  if (roomForSnapshot === undefined) return;
  const { member, dbSizeBytes } = chooseMember(states, undefined);
  const etcd = await readers.etcd(target);
  await checkSpace({ etcd, member, directory: roomForSnapshot, dbSizeBytes, signal });
}

function shownStatus(status: EtcdStatus): Static<typeof outputs>['members'][number] {
  const { pod, healthy, because, isLeader, revision, dbSizeBytes, version } = status;
  return {
    pod,
    healthy,
    ...(because !== undefined && { because }),
    ...(isLeader !== undefined && { isLeader }),
    ...(revision !== undefined && { revision }),
    ...(dbSizeBytes !== undefined && { dbSizeBytes }),
    ...(version !== undefined && { version }),
  };
}

function newestOf(states: readonly MemberState[]): MemberState | undefined {
  return states.toSorted((a, b) => (b.status.revision ?? 0) - (a.status.revision ?? 0))[0];
}
