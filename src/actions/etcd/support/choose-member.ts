// Which member a snapshot is taken from: one snapshot of one member is right for all of them, but only of a member that
// has applied everything, and rather not of the leader, which has enough to do.

import { DrctlError } from '../../../engine/index.ts';
import { describeUnhealthy } from './members.ts';
import type { MemberState } from './members.ts';

export interface ChosenMember extends MemberState {
  readonly revision: number;
  readonly version: string;
  readonly dbSizeBytes: number;
}

/** Throws SELECTION_EMPTY for a pod that is not there, ASSERTION_FAILED when no member can be used. */
export function chooseMember(
  states: readonly MemberState[],
  pod: string | undefined,
): ChosenMember {
  const candidates = pod === undefined ? states : states.filter(({ status }) => status.pod === pod);
  if (candidates.length === 0) {
    throw new DrctlError('SELECTION_EMPTY', `There is no etcd pod "${pod ?? ''}"`, {
      hint: `The etcd pods are ${states.map(({ status }) => status.pod).join(', ')}`,
    });
  }
  const usable = candidates.flatMap(asChosen);
  const newest = Math.max(...usable.map(({ revision }) => revision));
  const current = usable.filter(({ revision }) => revision === newest);
  const chosen = current.find(({ status }) => status.isLeader !== true) ?? current[0];
  if (chosen !== undefined) return chosen;
  throw new DrctlError(
    'ASSERTION_FAILED',
    `No healthy etcd member to take the snapshot from (${describeUnhealthy(candidates)})`,
  );
}

function asChosen(state: MemberState): readonly ChosenMember[] {
  const { healthy, revision, version, dbSizeBytes } = state.status;
  if (!healthy || revision === undefined) return [];
  return [{ ...state, revision, version: version ?? 'unknown', dbSizeBytes: dbSizeBytes ?? 0 }];
}
