// Rights → RBAC rules, as few as say the same. Pure, and in a fixed order, so that two runs print the same text.

import type { KubeRight, PathRight } from './rights.ts';

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

const verbOrder = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'escalate',
  'bind',
];

interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

/** For one place: all the rights of one namespace, or all that count cluster-wide. */
export function rulesOf(rights: readonly KubeRight[]): readonly PolicyRule[] {
  const grants = rights.map(({ served, subresource, name, verb }): Grant => ({
    group: served.group,
    resource: subresource === undefined ? served.plural : `${served.plural}/${subresource}`,
    name,
    verb,
  }));
  // The same object's verbs together, then objects with the same verbs, then resources with the same of both.
  const byObject = groups(grants, ({ group, resource, name }) => [group, resource, name ?? '']).map(
    (members) => ({ ...members[0], verbs: inVerbOrder(members.map(({ verb }) => verb)) }),
  );
  const byNames = groups(byObject, ({ group, resource, name, verbs }) => [
    group,
    resource,
    name === undefined ? 'all' : 'named',
    ...verbs,
  ]).map((members) => ({
    ...members[0],
    names: members.flatMap(({ name }) => name ?? []).sort(),
  }));
  const byResources = groups(byNames, ({ group, names, verbs }) => [group, ...names, '', ...verbs]);
  return byResources.map((members) => {
    const [{ group, names, verbs }] = members;
    return {
      apiGroups: [group],
      resources: members.map(({ resource }) => resource).sort(),
      ...(names.length === 0 ? {} : { resourceNames: names }),
      verbs,
    };
  });
}

export function pathRules(paths: readonly PathRight[]): readonly PolicyRule[] {
  const nonResourceURLs = [...new Set(paths.map(({ path }) => path))].sort();
  return nonResourceURLs.length === 0 ? [] : [{ nonResourceURLs, verbs: ['get'] }];
}

export function inVerbOrder(verbs: Iterable<string>): readonly string[] {
  return [...new Set(verbs)].sort((a, b) => verbOrder.indexOf(a) - verbOrder.indexOf(b));
}

type NotEmpty<T> = readonly [T, ...T[]];

/** Ordered by the keys; members as they came. */
function groups<T>(
  items: readonly T[],
  keyOf: (item: T) => readonly string[],
): readonly NotEmpty<T>[] {
  const found = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = found.get(key);
    if (group === undefined) found.set(key, [item]);
    else group.push(item);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
