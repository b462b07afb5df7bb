// Where a right has to be granted. As near as can be: a Role in the namespace. Where the run itself makes the namespace no
// Role can be there before, and in one that it deletes the Roles are gone before it has ended: only a right in every
// namespace helps there. Pure.

import { covers, isPath } from '../../engine/index.ts';
import type { KubernetesPermission, NeededPermission, PermissionUse } from '../../engine/index.ts';
import { knownKind } from './known-kinds.ts';
import type { ServedKind } from './known-kinds.ts';
import type { KubeRight } from './rights.ts';

interface NeededOnKind extends NeededPermission {
  readonly permission: KubernetesPermission;
}

export function isOnKind(needed: NeededPermission): needed is NeededOnKind {
  return needed.permission.system === 'kubernetes' && !isPath(needed.permission);
}

/** `served`: what discovery said; kinds that it does not have are taken from what is known of them anyway. */
export function placeRights(
  needed: readonly NeededPermission[],
  served: (permission: KubernetesPermission) => ServedKind | undefined,
): readonly KubeRight[] {
  const onKinds = needed.filter(isOnKind);
  const made = namespacesMade(onKinds);
  const placed = onKinds.map((one) => place(one, made, served(one.permission)));
  return withoutCovered(placed);
}

function namespacesMade(needed: readonly NeededOnKind[]): ReadonlySet<string> {
  return new Set(
    needed.flatMap(({ permission: { verb, kind, apiVersion, name } }) =>
      verb === 'create' && kind === 'Namespace' && apiVersion === 'v1' && name !== undefined
        ? [name]
        : [],
    ),
  );
}

interface Placed {
  /** As it is granted: without the namespace where it counts in all. */
  readonly permission: KubernetesPermission;
  readonly served: ServedKind;
  readonly widened: readonly string[];
  readonly uses: readonly PermissionUse[];
}

function place(
  { permission, uses }: NeededOnKind,
  made: ReadonlySet<string>,
  found: ServedKind | undefined,
): Placed {
  const { namespace, outlivesNamespace: _outlives, ...rest } = permission;
  const served = found ?? knownKind(permission.apiVersion, permission.kind);
  const granted = grantable(rest);
  if (!served.namespaced) return { permission: granted, served, widened: [], uses };
  const because = reasonToWiden(permission, made);
  return because === undefined && namespace !== undefined
    ? { permission: { ...granted, namespace }, served, widened: [], uses }
    : { permission: granted, served, widened: because === undefined ? [] : [because], uses };
}

/** RBAC cannot tell what a POST is about to make by its name. */
function grantable(permission: KubernetesPermission): KubernetesPermission {
  const { name, byName, ...rest } = permission;
  const isNamed = rest.verb !== 'create' || rest.subresource !== undefined || byName === true;
  return isNamed && name !== undefined ? { ...rest, name } : rest;
}

function reasonToWiden(
  { namespace, outlivesNamespace }: KubernetesPermission,
  made: ReadonlySet<string>,
): string | undefined {
  if (namespace === undefined) return undefined;
  if (outlivesNamespace === true) {
    return `the run deletes namespace ${namespace}, and the roles in it go before the rest`;
  }
  return made.has(namespace) ? `the run makes namespace ${namespace} itself` : undefined;
}

/** The wider one of two stands for both, except for every kind, which must stay a line that can be refused. */
function withoutCovered(placed: readonly Placed[]): readonly KubeRight[] {
  const kept: { one: Placed; widened: Set<string>; uses: Map<string, PermissionUse> }[] = [];
  for (const one of placed) {
    const wider = kept.find(({ one: other }) => standsFor(other.permission, one.permission));
    const narrower = kept.filter(({ one: other }) => standsFor(one.permission, other.permission));
    const entry = wider ?? { one, widened: new Set(), uses: new Map() };
    for (const other of [...(wider === undefined ? narrower : []), entryOf(one)]) {
      for (const reason of other.widened) entry.widened.add(reason);
      for (const [key, use] of other.uses) entry.uses.set(key, use);
    }
    if (wider !== undefined) continue;
    for (const other of narrower) kept.splice(kept.indexOf(other), 1);
    kept.push(entry);
  }
  return kept.map(({ one, widened, uses }) => {
    const { system: _s, target: _t, ...rest } = one.permission;
    return { ...rest, served: one.served, widened: [...widened], uses: [...uses.values()] };
  });
}

function entryOf({ widened, uses }: Placed) {
  return { widened, uses: new Map(uses.map((use) => [`${use.as} ${use.id}`, use])) };
}

function standsFor(wide: KubernetesPermission, narrow: KubernetesPermission): boolean {
  return covers(wide, narrow) && (wide.kind === '*') === (narrow.kind === '*');
}
