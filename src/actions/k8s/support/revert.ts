// Takes field changes back: each touched field gets the value that was there before, but only while it still holds what
// we wrote. A field that somebody else has changed since is left alone and reported as a conflict.

import { DrctlError } from '../../../engine/index.ts';
import type { Json, JsonObject, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, ObjectRef } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { isJsonObject, sameJson, showPath, treeChanges, valueAt } from './json-tree.ts';
import type { Path, TreeChange } from './json-tree.ts';
import { describeRef } from './objects.ts';

const maxConflictRetries = 10;

/** Reverts what it can. The paths that somebody else has changed meanwhile; nothing to do for an absent object. */
export async function revertChanges(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  ref: ObjectRef,
  changes: readonly TreeChange[],
): Promise<readonly string[]> {
  for (let attempt = 0; attempt < maxConflictRetries; attempt += 1) {
    const current = await kube.get(ref, ctx.signal);
    if (current === undefined) return [];
    const { patch, conflicts } = revertingPatch(current, changes);
    if (Object.keys(patch).length === 0) return conflicts;
    const { resourceVersion } = current.metadata;
    const guarded = deepMerge(patch, {
      metadata: resourceVersion === undefined ? {} : { resourceVersion },
    }) as JsonObject;
    try {
      await kube.patch(ref, { type: 'merge', patch: guarded, signal: ctx.signal });
      return conflicts;
    } catch (error) {
      if (!hasCode(error, 'CLIENT_CONFLICT')) throw error;
    }
  }
  throw new DrctlError(
    'CLIENT_CONFLICT',
    `${describeRef(ref)} changes faster than it can be put back`,
    {
      retryable: true,
    },
  );
}

/** CLIENT_CONFLICT that lists every field that was left alone. */
export function throwConflicts(conflicts: readonly string[]): void {
  if (conflicts.length === 0) return;
  throw new DrctlError(
    'CLIENT_CONFLICT',
    `Changed by somebody else since, and left as it is: ${conflicts.join('; ')}`,
    { hint: 'Look at these fields and set them by hand' },
  );
}

function revertingPatch(
  current: KubeObject,
  changes: readonly TreeChange[],
): { readonly patch: JsonObject; readonly conflicts: readonly string[] } {
  let patch: JsonObject = {};
  const conflicts: string[] = [];
  for (const { path, before, after } of changes) {
    const now = valueAt(current, path);
    const reverted = revertedValue(now, before, after);
    if (reverted === conflict) conflicts.push(showPath(path));
    else patch = deepMerge(patch, patchBetween(now, reverted, path)) as JsonObject;
  }
  return { patch, conflicts };
}

const conflict = Symbol('conflict');

function revertedValue(
  now: Json | undefined,
  before: Json | undefined,
  after: Json | undefined,
): Json | undefined | typeof conflict {
  if (sameJson(now, before)) return now;
  if (sameJson(now, after)) return before;
  // We made this object, and somebody has added to it: only what we put in goes.
  if (before !== undefined || !isJsonObject(now) || !isJsonObject(after)) return conflict;
  const left: Record<string, Json> = { ...now };
  for (const [key, value] of Object.entries(after)) {
    const child = revertedValue(left[key], undefined, value);
    if (child === conflict) return conflict;
    if (child === undefined) delete left[key];
    else left[key] = child;
  }
  return Object.keys(left).length === 0 ? undefined : left;
}

/** A merge patch that leads from one value to the other; null takes a field away. */
function patchBetween(now: Json | undefined, wanted: Json | undefined, path: Path): JsonObject {
  let patch: Record<string, unknown> = {};
  for (const change of treeChanges(now, wanted, path)) {
    const leaf = change.path.reduceRight<unknown>(
      (value, key) => ({ [key]: value }),
      change.after ?? null,
    );
    patch = deepMerge(patch, leaf as Record<string, unknown>);
  }
  return patch as JsonObject;
}

/** Unlike a merge patch it keeps nulls: they are what the patch is to say. */
function deepMerge(
  target: Record<string, unknown>,
  source: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...target };
  for (const [key, value] of Object.entries(source)) {
    const present = result[key] as Json | undefined;
    result[key] =
      isJsonObject(present) && isJsonObject(value as Json)
        ? deepMerge(present, value as Record<string, unknown>)
        : value;
  }
  return result;
}
