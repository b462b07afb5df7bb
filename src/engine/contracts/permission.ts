// What a caller must be allowed to do, as actions declare it and "drctl doctor" asks about it. Values that are not known
// before the run widen a permission: a name that is not known means every name, a namespace that is not known every
// namespace. A declaration may be wider than the calls that are made; it is never narrower.

export interface KubernetesPermission {
  readonly system: 'kubernetes';
  readonly target: string;
  /** get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  /** May be "group/*"; "*" with the kind "*" for every kind there is. Only the group counts. */
  readonly apiVersion: string;
  readonly kind: string;
  /** "exec", "scale", "finalizers". */
  readonly subresource?: string;
  /** Absent: a cluster-scoped kind, every namespace, or one that is not known yet. */
  readonly namespace?: string;
  /** Absent: every object. */
  readonly name?: string;
  /** "create" as server-side apply asks for it: by name. That of a POST cannot be told by name. */
  readonly byName?: true;
  /** Needed while the namespace is going away, when the roles in it are gone already. */
  readonly outlivesNamespace?: true;
}

/** A path outside the object API, such as /readyz. */
export interface PathPermission {
  readonly system: 'kubernetes';
  readonly target: string;
  readonly verb: 'get';
  readonly path: string;
}

export interface AwsPermission {
  readonly system: 'aws';
  readonly target: string;
  /** "s3:PutObject" */
  readonly action: string;
  /** An ARN of the partition "aws"; "*" in it stands for what is not known. */
  readonly resource: string;
}

export type Permission = KubernetesPermission | PathPermission | AwsPermission;

export interface ActionPermissions {
  /** For plan, apply and probe. */
  readonly carryOut: readonly Permission[];
  /** For undo, beyond these. */
  readonly undo?: readonly Permission[];
}

export const everyKind = { apiVersion: '*', kind: '*' } as const;

export function isPath(permission: Permission): permission is PathPermission {
  return 'path' in permission;
}

/** "" for the core group. */
export function apiGroupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  if (slash >= 0) return apiVersion.slice(0, slash);
  return apiVersion === '*' ? '*' : '';
}

/** Whoever has `wide` has `narrow`. */
export function covers(wide: Permission, narrow: Permission): boolean {
  if (wide.target !== narrow.target || wide.system !== narrow.system) return false;
  if (wide.system === 'aws') return narrow.system === 'aws' && coversAws(wide, narrow);
  if (narrow.system === 'aws') return false;
  if (wide.verb !== narrow.verb) return false;
  if (isPath(wide) || isPath(narrow)) {
    return isPath(wide) && isPath(narrow) && wide.path === narrow.path;
  }
  return coversKind(wide, narrow) && coversPlace(wide, narrow);
}

function coversPlace(wide: KubernetesPermission, narrow: KubernetesPermission): boolean {
  return (
    (wide.namespace === undefined || wide.namespace === narrow.namespace) &&
    (wide.name === undefined || coversName(wide, narrow)) &&
    (wide.outlivesNamespace === true || narrow.outlivesNamespace !== true)
  );
}

function coversName(wide: KubernetesPermission, narrow: KubernetesPermission): boolean {
  return wide.name === narrow.name && (wide.byName !== true || narrow.byName === true);
}

function coversKind(wide: KubernetesPermission, narrow: KubernetesPermission): boolean {
  if (wide.kind === '*') return true;
  return (
    wide.kind === narrow.kind &&
    apiGroupOf(wide.apiVersion) === apiGroupOf(narrow.apiVersion) &&
    wide.subresource === narrow.subresource
  );
}

function coversAws(wide: AwsPermission, narrow: AwsPermission): boolean {
  return wide.action === narrow.action && matchesPattern(wide.resource, narrow.resource);
}

/** "*" in the pattern stands for any text, a "*" of the other one included. */
function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
