// The members of an etcd cluster, found as pods by label. A pod that is going away is never counted as one.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, EtcdMember, EtcdStatus } from '../../ports.ts';

/** What all etcd actions are given; see params.ts. */
export interface MemberSelection {
  readonly target: string;
  readonly namespace: string;
  readonly selector?: string;
  readonly container?: string;
}

export interface MemberState {
  readonly member: EtcdMember;
  readonly status: EtcdStatus;
}

const defaultSelector = 'app=etcd';
const defaultContainer = 'etcd';

/** Ordered by pod name. Throws SELECTION_EMPTY when there is no member at all. */
export async function memberStates(
  selection: MemberSelection,
  ctx: ReadContext<DrPorts>,
): Promise<readonly MemberState[]> {
  const { target, namespace } = selection;
  const selector = selection.selector ?? defaultSelector;
  const kube = await ctx.readers.kube(target);
  const etcd = await ctx.readers.etcd(target);
  const query = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: selector };
  const members: EtcdMember[] = [];
  for await (const pod of kube.list(query, ctx.signal)) {
    if (pod.metadata['deletionTimestamp'] !== undefined) continue;
    const container = selection.container ?? defaultContainer;
    members.push({ namespace, pod: pod.metadata.name, container });
  }
  if (members.length === 0) {
    throw new DrctlError(
      'SELECTION_EMPTY',
      `No pod in namespace "${namespace}" of ${target} has the labels "${selector}"`,
      { hint: 'Check the namespace, and "selector" when the etcd pods have other labels' },
    );
  }
  return Promise.all(
    members.map(async (member) => ({ member, status: await etcd.status(member, ctx.signal) })),
  );
}

/** Why each member that is not healthy is not, for messages. */
export function describeUnhealthy(states: readonly MemberState[]): string {
  return states
    .filter(({ status }) => !status.healthy)
    .map(({ status }) => `${status.pod}: ${status.because ?? 'not healthy'}`)
    .join('; ');
}
