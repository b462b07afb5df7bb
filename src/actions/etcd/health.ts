// etcd.health: how the members of an etcd cluster are. A check: it fails when too few are healthy, or when the database
// is older than it must be, or newer than it may be.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import { planAssertion } from '../plan-assertion.ts';
import type { DrPorts, EtcdStatus } from '../ports.ts';
import { describeUnhealthy, memberStates } from './support/members.ts';
import type { MemberState } from './support/members.ts';
import { memberParams } from './support/params.ts';

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
    maxRevision: Type.Optional(
      Type.Integer({
        description: 'No healthy member may be at a later revision: nothing was written since',
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
      `${healthy.length} of ${states.length} etcd members in "${wanted.namespace}" of ${wanted.target} are healthy, ${needed} must be (${describeUnhealthy(states)})`,
    );
  }
  checkNotOlder(healthy, wanted);
  checkNotNewer(healthy, wanted);
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

function checkNotNewer(
  healthy: readonly MemberState[],
  { maxRevision, namespace, target }: Static<typeof params>,
): void {
  if (maxRevision === undefined) return;
  const ahead = healthy.find(({ status }) => (status.revision ?? Infinity) > maxRevision);
  if (ahead === undefined) return;
  const { pod, revision } = ahead.status;
  throw new DrctlError(
    'ASSERTION_FAILED',
    `etcd in "${namespace}" of ${target}: ${pod}: revision ${revision ?? 'unknown'} is above ${maxRevision}: something was written since`,
    { hint: 'Find out what wrote to it, and whether that may be lost, before it is replaced' },
  );
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
