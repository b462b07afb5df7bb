// Server-side apply of the fake: a manager owns the leaves it set; another manager's different value is a conflict;
// what a manager set before and leaves out now goes away, unless somebody else owns it too.

import { DrctlError } from '../../src/engine/index.ts';
import type { Json } from '../../src/engine/index.ts';
import type { ApplyOptions, KubeObject } from '../../src/actions/ports.ts';
import { mergePatch, ownedPaths, valueAt, withoutPath } from './kube-fake-writes.ts';

interface Ownership {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly paths: readonly string[];
}

export function applyOwned(
  before: KubeObject | undefined,
  desired: KubeObject,
  options: ApplyOptions,
): KubeObject {
  const paths = ownedPaths(desired);
  const owners = (before?.metadata['managedFields'] ?? []) as unknown as readonly Ownership[];
  const others = owners.filter((owner) => owner.manager !== options.fieldManager);
  const mine = owners.find((owner) => owner.manager === options.fieldManager);
  const taken = paths.filter((path) => differs(before, desired, path));
  const rival = others.find((owner) => owner.paths.some((path) => taken.includes(path)));
  if (rival !== undefined && !options.force) {
    throw new DrctlError(
      'CLIENT_CONFLICT',
      `${desired.kind} ${desired.metadata.name}: "${rival.manager}" owns ${taken.join(', ')}`,
    );
  }
  let next = mergePatch(before, desired) as KubeObject;
  for (const path of mine?.paths ?? []) {
    const isOwnedElsewhere = others.some((owner) => owner.paths.includes(path));
    if (!paths.includes(path) && !isOwnedElsewhere) next = withoutPath(next, path) as KubeObject;
  }
  const managedFields = [
    ...others.map((owner) => ({
      ...owner,
      paths: owner.paths.filter((path) => !taken.includes(path)),
    })),
    { manager: options.fieldManager, operation: 'Apply', paths },
  ] as unknown as Json;
  const identity = before === undefined ? {} : { uid: before.metadata['uid'] as Json };
  return { ...next, metadata: { ...next.metadata, ...identity, managedFields } };
}

function differs(before: KubeObject | undefined, desired: KubeObject, path: string): boolean {
  if (before === undefined) return false;
  return JSON.stringify(valueAt(before, path)) !== JSON.stringify(valueAt(desired, path));
}
