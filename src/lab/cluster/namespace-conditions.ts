// The conditions of a namespace under deletion: what is left in it, and which finalizers hold it. Types, reasons and
// messages are those of kube-controller-manager, because people and runbooks read them.

import type { Condition } from './objects.ts';

/** What is still in the namespace: one entry an object. */
export interface Remaining {
  /** "<plural>.<group>", the group empty for the core one. */
  readonly resource: string;
  readonly finalizers: readonly string[];
}

/** `before` keeps the transition times of conditions that do not change. */
export function namespaceConditions(
  remaining: readonly Remaining[],
  before: readonly Condition[],
  now: string,
): readonly Condition[] {
  const wanted = [...settled, contentRemaining(remaining), finalizersRemaining(remaining)];
  return wanted.map(([type, status, reason, message]) => {
    const old = before.find((entry) => entry.type === type && entry.status === status);
    return { type, status, lastTransitionTime: old?.lastTransitionTime ?? now, reason, message };
  });
}

type Wanted = readonly [type: string, status: 'True' | 'False', reason: string, message: string];

const settled: readonly Wanted[] = [
  [
    'NamespaceDeletionDiscoveryFailure',
    'False',
    'ResourcesDiscovered',
    'All resources successfully discovered',
  ],
  [
    'NamespaceDeletionGroupVersionParsingFailure',
    'False',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ],
  [
    'NamespaceDeletionContentFailure',
    'False',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
];

function contentRemaining(remaining: readonly Remaining[]): Wanted {
  const type = 'NamespaceContentRemaining';
  if (remaining.length === 0)
    return [type, 'False', 'ContentRemoved', 'All content successfully removed'];
  const counts = counted(remaining.map(({ resource }) => resource));
  const shown = counts.map(([name, count]) => `${name} has ${count} resource instances`);
  const message = `Some resources are remaining: ${shown.join(', ')}`;
  return [type, 'True', 'SomeResourcesRemain', message];
}

function finalizersRemaining(remaining: readonly Remaining[]): Wanted {
  const type = 'NamespaceFinalizersRemaining';
  const counts = counted(remaining.flatMap(({ finalizers }) => finalizers));
  if (counts.length === 0) {
    const message = 'All content-preserving finalizers finished';
    return [type, 'False', 'ContentHasNoFinalizers', message];
  }
  const shown = counts.map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${shown.join(', ')}`;
  return [type, 'True', 'SomeFinalizersRemain', message];
}

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
