// What doctor finds out: of each target whether it answers, who the caller is there, and which of the needed rights they
// have. Plain data, for the views and for --json.

import type { AwsPermission, PathPermission, PermissionUse } from '../../engine/index.ts';
import type { KubeIdentity } from '../../adapters/index.ts';
import type { ServedKind } from './known-kinds.ts';

/** "unknown": it was not or could not be asked; `because` says why. */
export interface Answer {
  readonly has: 'yes' | 'no' | 'unknown';
  readonly because?: string;
}

/** A right on objects as RBAC grants it: in one namespace by a Role, or cluster-wide by a ClusterRole. */
export interface KubeRight {
  readonly verb: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly served: ServedKind;
  readonly subresource?: string;
  /** Absent: cluster-wide. */
  readonly namespace?: string;
  /** Absent: every object. */
  readonly name?: string;
  /** Why it has to be wider than what is done with it, in words. */
  readonly widened: readonly string[];
  readonly uses: readonly PermissionUse[];
}

export type Asked<T> = T & { readonly answer: Answer };

export interface PathRight extends Omit<PathPermission, 'system' | 'target'> {
  readonly uses: readonly PermissionUse[];
}

export interface AwsRight extends Omit<AwsPermission, 'system' | 'target'> {
  readonly uses: readonly PermissionUse[];
}

interface Examined {
  readonly name: string;
  /** The kubeconfig, or the region. */
  readonly where: string;
  /** What keeps it from being asked; absent: it answers. */
  readonly problem?: string;
  /** The runbook lets it be away. */
  readonly mayBeDown: boolean;
}

export interface ExaminedKube extends Examined {
  readonly type: 'kubernetes';
  readonly version?: string;
  readonly identity?: KubeIdentity;
  readonly rights: readonly Asked<KubeRight>[];
  readonly paths: readonly Asked<PathRight>[];
}

export interface ExaminedAws extends Examined {
  readonly type: 'aws';
  readonly region: string;
  /** The caller's ARN. */
  readonly identity?: string;
  readonly rights: readonly Asked<AwsRight>[];
}

export type ExaminedTarget = ExaminedKube | ExaminedAws;

export function answersOf(target: ExaminedTarget): readonly Answer[] {
  const rights = target.type === 'kubernetes' ? [...target.rights, ...target.paths] : target.rights;
  return rights.map(({ answer }) => answer);
}

export function isInOrder(target: ExaminedTarget): boolean {
  if (target.problem !== undefined) return target.mayBeDown;
  return answersOf(target).every(({ has }) => has !== 'no');
}
