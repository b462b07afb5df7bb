// Undo records of objects. What may hold secrets goes into an artifact of the run, which is readable by its owner only;
// the journal gets its name and digest.

import { DrctlError } from '../../../engine/index.ts';
import type {
  Json,
  KeptArtifact,
  ReadContext,
  StepRecord,
  WriteContext,
} from '../../../engine/index.ts';
import type { DrPorts, KubeObject } from '../../ports.ts';
import { readJsonArtifact, writeJsonArtifact } from './json-artifacts.ts';
import { isJsonObject, sameJson, valueAt } from './json-tree.ts';
import type { TreeChange } from './json-tree.ts';
import { digestText } from './objects.ts';

interface Stored {
  readonly artifact: string;
  readonly digest: string;
}

export interface UndoRecord {
  readonly key: string;
  readonly value: Json;
  readonly isSecret: boolean;
}

/** Durable when it resolves. A key that was recorded by an earlier attempt keeps its first value. */
export async function recordBefore(
  ctx: WriteContext<DrPorts>,
  records: readonly UndoRecord[],
): Promise<void> {
  const fresh = records.filter(({ key }) => !ctx.undoEntries.has(key));
  const entries: Record<string, Json> = {};
  for (const { key, value, isSecret } of fresh) {
    entries[key] = isSecret ? await store(ctx, key, value) : value;
  }
  if (fresh.length > 0) await ctx.recordUndo(entries);
}

async function store(ctx: WriteContext<DrPorts>, key: string, value: Json): Promise<Json> {
  const name = digestText(key).slice('sha256:'.length, 'sha256:'.length + 24);
  const artifact = `undo/${ctx.token}/${name}.json`;
  const stored: Stored = { artifact, digest: await writeJsonArtifact(ctx, artifact, value) };
  return { ...stored };
}

/** The value as it was recorded. DATA_CORRUPT when its artifact was changed since. */
export async function recordedValue(ctx: ReadContext<DrPorts>, entry: Json): Promise<Json> {
  if (!isStored(entry)) return entry;
  const { value, digest } = await readJsonArtifact(ctx.readers.artifacts, entry.artifact);
  if (digest === entry.digest) return value;
  throw new DrctlError('DATA_CORRUPT', `${entry.artifact} is not what was recorded`, {
    hint: 'Without it this step cannot be undone; look for a copy of the run’s artifacts',
  });
}

function isStored(entry: Json): entry is Json & Stored {
  return (
    isJsonObject(entry) &&
    typeof entry['artifact'] === 'string' &&
    typeof entry['digest'] === 'string'
  );
}

/** The artifacts that undo records were put into. */
export function keptRecords({ undoEntries }: StepRecord<unknown>): readonly KeptArtifact[] {
  return [...undoEntries.values()]
    .filter(isStored)
    .map(({ artifact: name, digest }) => ({ name, digest }));
}

/** Where an object stands between the values that were recorded before a change and those that were to be after it. */
export function standsAt(
  object: KubeObject,
  changes: readonly TreeChange[],
): 'before' | 'after' | 'neither' {
  if (changes.every(({ path, after }) => sameJson(valueAt(object, path), after))) return 'after';
  return changes.every(({ path, before }) => sameJson(valueAt(object, path), before))
    ? 'before'
    : 'neither';
}
