// What a patch does to one object, as the server says it beforehand, and whether it has done it already.

import { assertNever } from '../../../engine/index.ts';
import type { DrctlError, Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, ObjectRef } from '../../ports.ts';
import { objectChanges } from './field-changes.ts';
import type { TreeChange } from './json-tree.ts';
import { keyOf, refOf } from './objects.ts';
import { patched } from './patching.ts';
import type { Trials } from './trials.ts';
import { recordedValue, standsAt } from './undo-records.ts';

interface WantedPatch {
  readonly type?: 'merge' | 'json' | 'strategic';
  readonly patch: Json;
}

export interface PatchRecord {
  readonly ref: ObjectRef;
  /** What the patch was about to change. */
  readonly changes: readonly TreeChange[];
}

export interface Effect {
  readonly object: KubeObject;
  readonly after: KubeObject;
  readonly changes: readonly TreeChange[];
  readonly refused?: DrctlError;
}

/** Keys of what the server made of the patch, where that differs from what was computed. */
export const writtenPrefix = 'written: ';

/** As the server says, and as it is computed here where the server cannot be asked. */
export async function effectOf(
  { type = 'merge', patch }: WantedPatch,
  trials: Trials,
  object: KubeObject,
): Promise<Effect> {
  const trial = await trials.patch(object, { type, patch });
  switch (trial.kind) {
    case 'accepted':
      return between(trial.before ?? object, trial.object);
    case 'untried':
      return between(object, patched(object, type, patch));
    case 'refused':
      return { object, after: object, changes: [], refused: trial.error };
    default:
      return assertNever(trial);
  }
}

function between(object: KubeObject, after: KubeObject): Effect {
  return { object, after, changes: objectChanges(object, after) };
}

/** With what earlier attempts recorded. */
export type Memory = ReadContext<DrPorts> & { readonly undoEntries: ReadonlyMap<string, Json> };

export async function stateOf(
  wanted: WantedPatch,
  { trials, ctx }: { readonly trials: Trials; readonly ctx: Memory },
  object: KubeObject,
): Promise<'done' | 'not-done' | 'unclear'> {
  if (isRepeatable(wanted)) {
    const { refused, changes } = await effectOf(wanted, trials, object);
    if (refused === undefined && changes.length === 0) return 'done';
  }
  return stateByRecord(ctx, object);
}

/** A list of operations cannot be tried again to see whether it was done: only the record tells. */
function isRepeatable({ type }: WantedPatch): boolean {
  return type !== 'json';
}

export async function isDoneForGood(
  wanted: WantedPatch,
  ctx: Memory,
  object: KubeObject,
): Promise<boolean> {
  return !isRepeatable(wanted) && (await stateByRecord(ctx, object)) === 'done';
}

async function stateByRecord(
  ctx: Memory,
  object: KubeObject,
): Promise<'done' | 'not-done' | 'unclear'> {
  const key = keyOf(refOf(object));
  const entry = ctx.undoEntries.get(key);
  if (entry === undefined) return 'not-done';
  const record = await recordedValue(ctx, entry);
  const written = ctx.undoEntries.get(`${writtenPrefix}${key}`);
  const changes =
    written === undefined
      ? (record as unknown as PatchRecord).changes
      : ((await recordedValue(ctx, written)) as unknown as readonly TreeChange[]);
  const stands = standsAt(object, changes);
  if (stands === 'neither') return 'unclear';
  return stands === 'after' ? 'done' : 'not-done';
}
