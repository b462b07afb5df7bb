// Differences between two states of an object, as plans show them: field by field, Secret data as digests only, and
// without what the server keeps for itself.

import type { FieldChange, Json } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { isJsonObject, showPath, treeChanges } from './json-tree.ts';
import type { TreeChange } from './json-tree.ts';
import { hideSecretData, isSecret } from './objects.ts';

const serverFields = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'apiVersion',
  'kind',
  'status',
]);

function isServerField({ path }: TreeChange): boolean {
  return serverFields.has(path[0] ?? '') || serverFields.has(path.slice(0, 2).join('.'));
}

/** `undefined`: the object is not there. The name is not told again: the change says what it is about. */
export function fieldChanges(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): readonly FieldChange[] {
  return objectChanges(before && hideSecretData(before), after && hideSecretData(after))
    .flatMap(leafChanges)
    .map(({ path, ...values }) => ({ path: showPath(path), ...values }))
    .filter(({ path }) => path !== 'metadata.name' && path !== 'metadata.namespace');
}

/** What is new is shown field by field too. */
function leafChanges(change: TreeChange): readonly TreeChange[] {
  const { path, before, after } = change;
  if (before !== undefined || !isJsonObject(after) || Object.keys(after).length === 0) {
    return [change];
  }
  return Object.entries(after).flatMap(([key, value]) =>
    leafChanges({ path: [...path, key], after: value }),
  );
}

/**
 * Something new as a plan shows it: the fields that are set, with the values that the server would store, and without those
 * that it would drop. What it fills in beside them is left out: some of that (an address, an identity) is another one each
 * time.
 */
export function asStored(desired: KubeObject, stored: KubeObject): KubeObject {
  const { stringData } = desired;
  const seen = valuesOf(desired, stored) as KubeObject;
  // Written only: the server puts it into `data`.
  return stringData === undefined || !isSecret(desired) ? seen : { ...seen, stringData };
}

function valuesOf(shape: Json, stored: Json): Json {
  if (Array.isArray(shape) && Array.isArray(stored)) {
    const [wanted, found] = [shape as readonly Json[], stored as readonly Json[]];
    if (wanted.length !== found.length) return stored;
    return wanted.map((item, index) => valuesOf(item, found[index] ?? null));
  }
  if (!isJsonObject(shape) || !isJsonObject(stored)) return stored;
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, value]): [string, Json][] => {
      const found = stored[key];
      if (found !== undefined) return [[key, valuesOf(value, found)]];
      return isEmpty(value) ? [[key, value]] : [];
    }),
  );
}

/** Nothing is lost with it: whether it is kept is a matter of form. */
function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** As `fieldChanges`, with real values and paths, for undo records. */
export function objectChanges(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): readonly TreeChange[] {
  return treeChanges(before ?? {}, after ?? {}).filter((change) => !isServerField(change));
}
