// The undo of a deletion: objects are kept, whole, as artifacts of the run before they go, and made again from there.
// The new ones have new identities; owners are looked up by name. What went with a namespace cannot be brought back.

import { DrctlError, listSome } from '../../../engine/index.ts';
import type { Json, ReadContext, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { writeJsonArtifact, readJsonArtifact } from './json-artifacts.ts';
import { asJson, valueAt } from './json-tree.ts';
import type { TreeChange } from './json-tree.ts';
import { contentsOf, countByKind } from './namespace-contents.ts';
import { describeRef, digestText, isNamespace, keyOf, listAt, refOf, uidOf } from './objects.ts';
import { rebuiltOwners } from './owners.ts';
import { pausedAnnotation, waitUntilGone } from './removal.ts';
import { revertChanges } from './revert.ts';
import { ownersOf, sanitized } from './sanitize.ts';

export interface NamedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

interface DeletionRecord {
  readonly ref: NamedObject;
  /** Absent in records of earlier versions. */
  readonly uid?: string;
  readonly artifact: string;
  readonly digest: string;
  /** What went with the namespace: "3 Secrets, 1 Pod". */
  readonly lost?: string;
}

const recordsAtOnce = 8;

export function namedOfRecord(entry: Json): NamedObject {
  return (entry as unknown as DeletionRecord).ref;
}

/** The object as it was. DATA_CORRUPT. */
export async function deletedObject(ctx: ReadContext<DrPorts>, entry: Json): Promise<KubeObject> {
  return readDeleted(ctx, entry as unknown as DeletionRecord);
}

async function readDeleted(
  ctx: ReadContext<DrPorts>,
  { artifact, digest: recorded }: DeletionRecord,
): Promise<KubeObject> {
  const { value, digest } = await readJsonArtifact(ctx.readers.artifacts, artifact);
  if (digest === recorded) return value as KubeObject;
  throw new DrctlError('DATA_CORRUPT', `${artifact} is not what was recorded`);
}

/** Is it one of those that were to be deleted when that was recorded, and not one made anew in its place? */
export function wasRecorded(entries: ReadonlyMap<string, Json>, object: KubeObject): boolean {
  const entry = entries.get(keyOf(refOf(object))) as DeletionRecord | undefined;
  return entry !== undefined && (entry.uid === undefined || entry.uid === uidOf(object));
}

/** Keeps the objects; durable when it resolves. */
export async function recordDeletions(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  objects: readonly KubeObject[],
): Promise<void> {
  const fresh = objects.filter((object) => !ctx.undoEntries.has(keyOf(refOf(object))));
  if (fresh.length === 0) return;
  const records = await inParallel(fresh, recordsAtOnce, async (object) => {
    const key = keyOf(refOf(object));
    const name = digestText(key).slice('sha256:'.length, 'sha256:'.length + 24);
    const artifact = `undo/${ctx.token}/${name}.json`;
    const digest = await writeJsonArtifact(ctx, artifact, object);
    const lost = await lostWith(kube, ctx, object);
    const ref = refOf(object);
    const record: DeletionRecord = { ref, uid: uidOf(object), artifact, digest, ...lost };
    return [key, asJson(record)] as const;
  });
  await ctx.recordUndo(Object.fromEntries(records));
}

async function lostWith(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  object: KubeObject,
): Promise<{ lost?: string }> {
  if (!isNamespace(object)) return {};
  const contents = await contentsOf(kube, ctx, object.metadata.name);
  return contents.length === 0 ? {} : { lost: countByKind(contents) };
}

/** STEP_FAILED, after everything else was brought back, when a namespace's contents cannot be. */
export async function recreateDeleted(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  entries: ReadonlyMap<string, Json>,
): Promise<void> {
  const lost: string[] = [];
  // Owners were deleted last or first: two rounds let every owner exist before the references to it are looked up.
  const records = [...entries.values()].map((entry) => entry as unknown as DeletionRecord);
  const objects: KubeObject[] = [];
  for (const record of records) {
    objects.push(await readDeleted(ctx, record));
    if (record.lost !== undefined) lost.push(`${describeRef(record.ref)} (${record.lost})`);
  }
  for (const object of ownersFirst(objects)) await recreate(kube, ctx, object);
  if (lost.length > 0) {
    throw new DrctlError('STEP_FAILED', `What was in ${listSome(lost)} cannot be brought back`, {
      hint: 'Restore it from an export (k8s.restore)',
    });
  }
}

async function recreate(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  object: KubeObject,
): Promise<void> {
  const present = await kube.get(refOf(object), ctx.signal);
  if (present !== undefined) {
    if (uidOf(present) !== uidOf(object)) return;
    if (present.metadata['deletionTimestamp'] === undefined) {
      await unstrip(kube, ctx, object);
      return;
    }
    await waitUntilGone(kube, ctx, [present], 'keep');
  }
  const { owners, notes } = await rebuiltOwners(kube, ctx, object, (namespace) => namespace);
  for (const message of notes) ctx.report({ message });
  const metadata = sanitized(object).metadata;
  const copy: KubeObject = {
    ...sanitized(object),
    metadata: owners.length === 0 ? metadata : { ...metadata, ownerReferences: owners },
  };
  try {
    await kube.create(copy, ctx.signal);
  } catch (error) {
    if (!hasCode(error, 'CLIENT_CONFLICT')) throw error;
  }
}

/** The deletion was cut off after the finalizers were taken and before the object was. */
async function unstrip(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  object: KubeObject,
): Promise<void> {
  const finalizers = listAt(object, 'finalizers');
  const paused = valueAt(object, ['metadata', 'annotations', pausedAnnotation]);
  const changes: TreeChange[] = [
    {
      path: ['metadata', 'annotations', pausedAnnotation],
      after: 'true',
      ...(paused === undefined ? {} : { before: paused }),
    },
  ];
  if (finalizers.length > 0) changes.push({ path: ['metadata', 'finalizers'], before: finalizers });
  // Finalizers that a controller has put back meanwhile are its own business.
  await revertChanges(kube, ctx, refOf(object), changes);
}

/** Namespaces, then owners before what they own. Bounded by the number of objects. */
function ownersFirst(objects: readonly KubeObject[]): readonly KubeObject[] {
  const byUid = new Map(objects.map((object) => [object.metadata['uid'], object]));
  const depths = new Map<KubeObject, number>();
  const depthOf = (object: KubeObject, limit: number): number => {
    const known = depths.get(object);
    if (known !== undefined) return known;
    if (limit === 0) return 0;
    const parents = ownersOf(object).flatMap((owner) => byUid.get(owner.uid) ?? []);
    const depth = Math.max(0, ...parents.map((parent) => depthOf(parent, limit - 1) + 1));
    depths.set(object, depth);
    return depth;
  };
  const ranked = objects.map((object, index) => ({
    object,
    rank: isNamespace(object) ? -1 : depthOf(object, objects.length),
    index,
  }));
  return ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ object }) => object);
}
