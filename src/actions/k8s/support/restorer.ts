// Carries out a restore, stage by stage, and takes it back. What is about to be made is recorded before it is made;
// identities are recorded once they are known; a crash in between is covered by the mark on every made object.

import { assertNever } from '../../../engine/index.ts';
import type { Json, JsonObject, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, ObjectRef } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { asJson } from './json-tree.ts';
import type { TreeChange } from './json-tree.ts';
import { lookedUp } from './looked-up.ts';
import { deleteMadeNamespace } from './made-namespace.ts';
import {
  describeRef,
  groupOf,
  isNamespace,
  isSecret,
  keyOf,
  listAt,
  namespaceOf,
  refOf,
  uidOf,
} from './objects.ts';
import { rebuiltOwners } from './owners.ts';
import { refuseProtected } from './protection.ts';
import { removeObject, waitUntilGone } from './removal.ts';
import {
  decide,
  fieldsPrefix,
  isRestored,
  isMadeBy,
  markedObject,
  refusedOf,
  uidPrefix,
} from './restore-object.ts';
import type { RestoreDecision } from './restore-object.ts';
import type { RestoreItem, RestoreParams } from './restore-plan.ts';
import { revertChanges, throwConflicts } from './revert.ts';
import { ownersOf } from './sanitize.ts';
import { createTrials, throwRefused } from './trials.ts';
import { recordBefore, recordedValue } from './undo-records.ts';
import type { UndoRecord } from './undo-records.ts';

export interface RestoredObject {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  uid: string;
  operation: 'created' | 'kept' | 'updated';
}

interface RestoreRecord {
  readonly ref: ObjectRef;
  readonly operation: 'created' | 'updated';
}

interface RestorerOptions {
  readonly wanted: RestoreParams;
  readonly kube: KubeClient;
  readonly ctx: WriteContext<DrPorts>;
  readonly total: number;
}

/** More than any server is asked at once: the connection to it knows how many that may be. */
const mostAtOnce = 32;
/** Beyond so many nobody reads each name. */
const reportedOneByOne = 100;

export function restoredObject(
  object: KubeObject,
  operation: RestoredObject['operation'],
): RestoredObject {
  return { ...refOf(object), uid: uidOf(object), operation };
}

export function createRestorer({ wanted, kube, ctx, total }: RestorerOptions) {
  const concurrency = wanted.concurrency ?? mostAtOnce;
  const existing = wanted.existing ?? 'fail';
  const deciding = { existing, memory: ctx, trials: createTrials(kube, ctx, wanted.target) };
  const mapped = (namespace: string): string => wanted.namespaces?.[namespace] ?? namespace;
  let done = 0;

  async function ownersNow(item: RestoreItem) {
    return wanted.ownerReferences === 'drop'
      ? { owners: [], notes: [] }
      : rebuiltOwners(kube, ctx, item.exported, mapped);
  }

  async function restoreStage(stage: readonly RestoreItem[]): Promise<readonly RestoredObject[]> {
    const there = await lookedUp(
      kube,
      ctx,
      stage.map(({ desired }) => refOf(desired)),
    );
    const decisions = await inParallel(stage, concurrency, async (item) =>
      decide(there, ctx, { item, ...deciding }),
    );
    throwRefused(decisions.flatMap(refusedOf));
    await recordBefore(
      ctx,
      stage.flatMap((item, index) => recordsOf(item, decisions[index] as RestoreDecision)),
    );
    const restored = await inParallel(stage, concurrency, async (item, index) => {
      const result = await carryOut(item, decisions[index] as RestoreDecision);
      done += 1;
      if (done <= reportedOneByOne || done % reportedOneByOne === 0 || done === total) {
        const message = `Restored ${describeRef(refOf(item.desired))}`;
        ctx.report({ message, done, total, unit: 'objects' });
      }
      return result;
    });
    const created = restored.filter(({ operation }) => operation === 'created');
    await recordBefore(
      ctx,
      created.map((object) => ({
        key: `${uidPrefix}${keyOf(object)}`,
        value: object.uid,
        isSecret: false,
      })),
    );
    return restored;
  }

  async function carryOut(item: RestoreItem, decision: RestoreDecision): Promise<RestoredObject> {
    switch (decision.kind) {
      case 'create':
        return create(item);
      case 'made':
        return restoredObject(decision.present, 'created');
      case 'keep':
        return restoredObject(
          decision.present,
          ctx.undoEntries.has(keyOf(refOf(decision.present))) ? 'updated' : 'kept',
        );
      case 'update':
        throwRefused(refusedOf(decision));
        return update(decision.present, decision.patch);
      default:
        return assertNever(decision);
    }
  }

  async function create(item: RestoreItem): Promise<RestoredObject> {
    const { owners } = await ownersNow(item);
    try {
      const made = await kube.create(markedObject(item.desired, ctx.token, owners), ctx.signal);
      return restoredObject(made, 'created');
    } catch (error) {
      if (!hasCode(error, 'CLIENT_CONFLICT')) throw error;
      // Somebody was faster, or the answer to an earlier request of ours was lost.
      const decision = await decide(kube, ctx, { item, ...deciding });
      if (decision.kind === 'create') throw error;
      return carryOut(item, decision);
    }
  }

  async function update(present: KubeObject, patch: JsonObject): Promise<RestoredObject> {
    const patched = await kube.patch(refOf(present), { type: 'merge', patch, signal: ctx.signal });
    return restoredObject(patched, 'updated');
  }

  /** Owners that were made after what they own. Sentences about owners that do not exist at all. */
  async function addLateOwners(items: readonly RestoreItem[]): Promise<readonly string[]> {
    const owned = items.filter(({ exported }) => ownersOf(exported).length > 0);
    const notes = await inParallel(owned, concurrency, async (item) => {
      const rebuilt = await ownersNow(item);
      const present = await kube.get(refOf(item.desired), ctx.signal);
      if (present === undefined || !isMadeBy(ctx, present)) return rebuilt.notes;
      if (rebuilt.owners.length > listAt(present, 'ownerReferences').length) {
        const patch = { metadata: { uid: uidOf(present), ownerReferences: rebuilt.owners } };
        await kube.patch(refOf(present), { type: 'merge', patch, signal: ctx.signal });
      }
      return rebuilt.notes;
    });
    return notes.flat();
  }

  /** What an earlier step has restored without these owners gets them now. */
  async function adopt(exported: readonly KubeObject[]): Promise<void> {
    if (wanted.ownerReferences === 'drop') return;
    await inParallel(exported, concurrency, async (object) => {
      const ref = refThere(object, mapped);
      const isServed = (await kube.resource(ref, ctx.signal)) !== undefined;
      const present = isServed ? await kube.get(ref, ctx.signal) : undefined;
      if (present === undefined || !isRestored(present)) return;
      const { owners } = await rebuiltOwners(kube, ctx, object, mapped);
      const before = listAt(present, 'ownerReferences');
      if (owners.length <= before.length) return;
      const path = ['metadata', 'ownerReferences'];
      const change = { path, after: owners, ...(before.length === 0 ? {} : { before }) };
      await recordBefore(ctx, updateRecords(ref, asJson([change]), false));
      const patch = { metadata: { uid: uidOf(present), ownerReferences: owners } };
      await kube.patch(ref, { type: 'merge', patch, signal: ctx.signal });
    });
  }

  return { restoreStage, addLateOwners, adopt };
}

/** In whichever version is served there. */
function refThere(object: KubeObject, mapped: (namespace: string) => string): ObjectRef {
  const group = groupOf(object.apiVersion);
  const namespace = namespaceOf(object);
  return {
    apiVersion: group === '' ? object.apiVersion : `${group}/*`,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace: mapped(namespace) }),
    name: object.metadata.name,
  };
}

function recordsOf(item: RestoreItem, decision: RestoreDecision): readonly UndoRecord[] {
  if (decision.kind !== 'create' && decision.kind !== 'update') return [];
  const ref = refOf(item.desired);
  if (decision.kind === 'update') {
    return updateRecords(ref, asJson(decision.changes), isSecret(item.desired));
  }
  const record: RestoreRecord = { ref, operation: 'created' };
  return [{ key: keyOf(ref), value: asJson(record), isSecret: false }];
}

function updateRecords(ref: ObjectRef, changes: Json, isHidden: boolean): readonly UndoRecord[] {
  const record: RestoreRecord = { ref, operation: 'updated' };
  const key = keyOf(ref);
  const entry = { key, value: asJson(record), isSecret: false };
  return [entry, { key: `${fieldsPrefix}${key}`, value: changes, isSecret: isHidden }];
}

/**
 * Newest first, so that what is owned goes before its owner. Finalizers are stripped before each deletion: no controller
 * may take it for a wish to terminate machines.
 */
export async function undoRestore(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  entries: ReadonlyMap<string, Json>,
): Promise<void> {
  const conflicts: string[] = [];
  for (const [key, entry] of [...entries].toReversed()) {
    if (key.startsWith(uidPrefix) || key.startsWith(fieldsPrefix)) continue;
    const { ref, operation } = entry as unknown as RestoreRecord;
    if (operation === 'created') {
      await deleteMade(kube, { ...ctx, undoEntries: entries }, ref);
      continue;
    }
    const fields = await recordedValue(ctx, entries.get(`${fieldsPrefix}${key}`) ?? []);
    const kept = await revertChanges(kube, ctx, ref, fields as unknown as readonly TreeChange[]);
    // Owners that a controller has changed since are no reason to stop: what is owned was restored by this run too.
    const mine = kept.filter((path) => path !== 'metadata.ownerReferences');
    conflicts.push(...mine.map((path) => `${describeRef(ref)} ${path}`));
  }
  throwConflicts(conflicts);
}

async function deleteMade(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  ref: ObjectRef,
): Promise<void> {
  const present = await kube.get(ref, ctx.signal);
  if (present === undefined || !isMadeBy(ctx, present)) return;
  if (isNamespace(present)) {
    await deleteMadeNamespace(kube, ctx, present, 'remove');
    return;
  }
  await refuseProtected(kube, ctx, [present]);
  await removeObject(kube, ctx, present, { finalizers: 'remove', propagation: 'Background' });
  await waitUntilGone(kube, ctx, [present], 'remove');
}
