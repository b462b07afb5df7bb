// Rights → what an administrator applies: a Role for each namespace, a ClusterRole for the rest, and their bindings to
// the caller where it is known who that is. Pure.

import { digestJson } from '../../engine/index.ts';
import type { Json } from '../../engine/index.ts';
import type { KubeIdentity } from '../../adapters/index.ts';
import { pathRules, rulesOf } from './kube-rules.ts';
import type { PolicyRule } from './kube-rules.ts';
import type { ExaminedKube, KubeRight, PathRight } from './rights.ts';

const rbac = 'rbac.authorization.k8s.io';

export interface KubeManifest {
  readonly apiVersion: string;
  readonly kind: 'Role' | 'ClusterRole' | 'RoleBinding' | 'ClusterRoleBinding';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly Readonly<Record<string, string>>[];
}

export interface KubePolicy {
  readonly manifests: readonly KubeManifest[];
  /** What a person should know before applying it, as sentences. */
  readonly remarks: readonly string[];
}

/** `complete`: everything that is needed, whether the caller has it or not. Undefined: nothing is to be granted. */
export function kubePolicy(
  { rights, paths, identity }: ExaminedKube,
  { runbook, complete }: { readonly runbook: string; readonly complete: boolean },
): KubePolicy | undefined {
  const wanted = rights.filter(({ answer }) => complete || answer.has === 'no');
  const wantedPaths = paths.filter(({ answer }) => complete || answer.has === 'no');
  if (wanted.length === 0 && wantedPaths.length === 0) return undefined;
  const roles = rolesOf(wanted, wantedPaths);
  // Applied under one name, what is missing would take the place of what was granted before.
  const suffix = complete ? '' : `-${digestJson(roles as unknown as Json).slice(7, 15)}`;
  const name = `drctl-${runbook}${suffix}`;
  return {
    manifests: roles.flatMap((role) => manifestsOf(role, { name, identity })),
    remarks: remarksOf(wanted, identity),
  };
}

interface RolePlace {
  /** Absent: cluster-wide. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
}

function rolesOf(rights: readonly KubeRight[], paths: readonly PathRight[]): readonly RolePlace[] {
  const everywhere = rights.filter(({ namespace }) => namespace === undefined);
  const rules = [...rulesOf(everywhere), ...pathRules(paths)];
  const namespaces = [...new Set(rights.flatMap(({ namespace }) => namespace ?? []))].sort();
  return [
    ...(rules.length === 0 ? [] : [{ rules }]),
    ...namespaces.map((namespace) => ({
      namespace,
      rules: rulesOf(rights.filter((right) => right.namespace === namespace)),
    })),
  ];
}

function manifestsOf(
  { namespace, rules }: RolePlace,
  { name, identity }: { readonly name: string; readonly identity: KubeIdentity | undefined },
): readonly KubeManifest[] {
  const metadata = namespace === undefined ? { name } : { name, namespace };
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const apiVersion = `${rbac}/v1`;
  const role: KubeManifest = { apiVersion, kind, metadata, rules };
  if (identity === undefined) return [role];
  const binding: KubeManifest = {
    apiVersion,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name },
    subjects: [subjectOf(identity)],
  };
  return [role, binding];
}

function subjectOf({ user }: KubeIdentity): Readonly<Record<string, string>> {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account === null) return { apiGroup: rbac, kind: 'User', name: user };
  return { kind: 'ServiceAccount', namespace: account[1] ?? '', name: account[2] ?? '' };
}

function remarksOf(
  rights: readonly KubeRight[],
  identity: KubeIdentity | undefined,
): readonly string[] {
  const reasons = new Set(rights.flatMap(({ widened }) => widened));
  const guessed = new Set(
    rights.flatMap(({ served, kind, apiVersion }) =>
      served.knownFrom === 'guess' ? [`${served.plural} (${kind}, ${apiVersion})`] : [],
    ),
  );
  const everything = rights.filter(({ kind }) => kind === '*').map(({ verb }) => verb);
  return [
    ...(identity === undefined
      ? ['No bindings: neither the server nor the credentials say who you are there']
      : []),
    ...[...reasons].map((reason) => `Rights in every namespace, because ${reason}`),
    ...(everything.length === 0
      ? []
      : [
          `"${[...new Set(everything)].join('" and "')}" on every kind: which kinds hold a namespace back is known only when it is being deleted`,
        ]),
    ...(guessed.size === 0
      ? []
      : [`Guessed, since no server could be asked: ${[...guessed].join(', ')}`]),
  ];
}
