// What k8s.apply remembers of each object: whether it made it, and which fields it replaced; and what that says when an
// attempt was cut off and the world has moved on since.

import type { Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, ObjectRef } from '../../ports.ts';
import { isAppliedByUs } from './applied.ts';
import { asJson, isJsonObject } from './json-tree.ts';
import type { TreeChange } from './json-tree.ts';
import { describeObject, digestText, isSecret, keyOf, refOf, uidOf } from './objects.ts';
import { recordedValue, standsAt } from './undo-records.ts';
import type { UndoRecord } from './undo-records.ts';

export interface ApplyRecord {
  readonly ref: ObjectRef;
  readonly operation: 'created' | 'updated';
}

/** Keys of the identities of what was created. */
export const uidPrefix = 'uid of ';
/** Keys of the fields that an update replaced. */
export const fieldsPrefix = 'fields of ';
/** Keys of what was about to be applied, as digests: "applied sha256:… of ConfigMap work/a". */
const appliedPrefix = 'applied ';

/** Of an object itself, and not of what is remembered beside it. */
export function isObjectKey(key: string): boolean {
  return ![uidPrefix, fieldsPrefix, appliedPrefix].some((prefix) => key.startsWith(prefix));
}

interface Found {
  readonly desired: KubeObject;
  readonly before: KubeObject | undefined;
  readonly changes: readonly TreeChange[];
}

export function recordsOf(
  desired: KubeObject,
  before: KubeObject | undefined,
  changes: readonly TreeChange[],
): readonly UndoRecord[] {
  const ref = refOf(desired);
  const record: ApplyRecord = { ref, operation: before === undefined ? 'created' : 'updated' };
  const entry = { key: keyOf(ref), value: asJson(record), isSecret: false };
  const applied = { key: appliedKey(desired, desired), value: true, isSecret: false };
  if (before === undefined) return [entry, applied];
  const fields = {
    key: `${fieldsPrefix}${keyOf(ref)}`,
    value: asJson(changes),
    isSecret: isSecret(desired),
  };
  return [entry, applied, fields];
}

/** Of the fields that `shape` has, as they are in `object`. */
function appliedKey(shape: KubeObject, object: KubeObject): string {
  const digest = digestText(JSON.stringify(likeness(shape, object)));
  return `${appliedPrefix}${digest} of ${keyOf(refOf(shape))}`;
}

function likeness(shape: Json, value: Json | undefined): Json {
  if (!isJsonObject(shape)) return value ?? null;
  const keys = Object.keys(shape).sort();
  return keys.map((key) => [
    key,
    likeness(shape[key] ?? null, isJsonObject(value) ? value[key] : undefined),
  ]);
}

export function operationOf(entry: Json | undefined): ApplyRecord['operation'] | 'unchanged' {
  return entry === undefined ? 'unchanged' : (entry as unknown as ApplyRecord).operation;
}

/** What somebody has done since to what an attempt was to apply; undefined when nobody has. */
export async function doubtAbout(
  { desired, before, changes }: Found,
  ctx: ReadContext<DrPorts> & { readonly undoEntries: ReadonlyMap<string, Json> },
): Promise<string | undefined> {
  const key = keyOf(refOf(desired));
  const subject = describeObject(desired);
  const operation = operationOf(ctx.undoEntries.get(key));
  const uid = ctx.undoEntries.get(`${uidPrefix}${key}`);
  if (before === undefined) {
    return uid === undefined ? undefined : `${subject} was made by this step and is gone`;
  }
  if (operation === 'created') {
    if (uid === undefined && !isAppliedByUs(before)) {
      return `${subject} is there, and not made by drctl`;
    }
    if (uid !== undefined && uid !== uidOf(before)) {
      return `${subject} is not the one that this step made: somebody has made it again`;
    }
  }
  if (operation === 'unchanged' || changes.length === 0) return undefined;
  if (operation === 'created') {
    // An attempt may have had other values: one that is signed anew each time.
    return ctx.undoEntries.has(appliedKey(desired, before))
      ? undefined
      : `${subject} was made by this step and changed since`;
  }
  const recorded = await recordedValue(ctx, ctx.undoEntries.get(`${fieldsPrefix}${key}`) ?? []);
  return standsAt(before, recorded as unknown as readonly TreeChange[]) === 'neither'
    ? `${subject} is neither as it was before nor as it was to be`
    : undefined;
}
