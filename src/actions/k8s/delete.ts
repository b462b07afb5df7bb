// k8s.delete: removes objects, and only the very objects that it looked at: every deletion carries the uid.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineAction } from '../../engine/index.ts';
import type { Change, Json, ReadContext, WriteContext } from '../../engine/index.ts';
import type { DrPorts, KubeClient, KubeKind, KubeObject, KubeReader } from '../ports.ts';
import { isControlled, sinceDeletion } from './support/deletion-doubt.ts';
import { hasCode } from './support/errors.ts';
import { groupBy } from './support/group-by.ts';
import { inParallel } from './support/in-parallel.ts';
import { deletePermissions } from './support/delete-permissions.ts';
import { contentsOf, countByKind, freeNamespace } from './support/namespace-contents.ts';
import {
  describeObject,
  groupOf,
  isNamespace,
  keyOf,
  listAt,
  refOf,
  uidOf,
} from './support/objects.ts';
import { refuseAllOfCluster, refuseProtected } from './support/protection.ts';
import {
  namedOfRecord,
  recordDeletions,
  recreateDeleted,
  wasRecorded,
} from './support/recreation.ts';
import type { NamedObject } from './support/recreation.ts';
import { removeObject, waitUntilGone } from './support/removal.ts';
import { describeSelection, selectObjects, selectionOf } from './support/selection.ts';
import type { Selection } from './support/selection.ts';
import {
  apiVersionField,
  kindField,
  kubeTarget,
  namedObject,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';
import { keptRecords } from './support/undo-records.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    apiVersion: Type.Optional(apiVersionField),
    kind: Type.Optional(kindField),
    kinds: Type.Optional(
      Type.Array(Type.Object({ apiVersion: apiVersionField, kind: kindField }), {
        minItems: 1,
        description:
          'Several kinds, deleted one after the other in this order; a kind that is not served has no objects',
      }),
    ),
    namespace: Type.Optional(namespaceField),
    ...selectionFields,
    finalizers: Type.Optional(
      Type.Enum(['keep', 'remove'], {
        default: 'keep',
        description:
          'remove: strip metadata.finalizers first, then delete, so that no controller acts on the deletion',
      }),
    ),
    propagation: Type.Optional(
      Type.Enum(['Background', 'Foreground', 'Orphan'], { default: 'Background' }),
    ),
    waitUntilGone: Type.Optional(Type.Boolean({ default: true })),
    contents: Type.Optional(
      Type.Enum(['keepFinalizers', 'removeFinalizers'], {
        default: 'keepFinalizers',
        description:
          'For a Namespace. removeFinalizers: once it is being deleted, strip the finalizers of everything left in it, over all served kinds, so that it does not hang',
      }),
    ),
    expectAtLeast: Type.Optional(
      Type.Integer({
        minimum: 0,
        default: 0,
        description:
          'Fails with SELECTION_EMPTY when fewer are found; zero: nothing to delete is fine',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({ deleted: Type.Array(namedObject) });

export const k8sDelete = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.delete',
  version: 1,
  effect: 'destroy',
  summary: 'Deletes objects, with or without their finalizers',
  examples: [
    {
      id: 'delete-machines',
      action: 'k8s.delete',
      with: {
        target: 'source',
        kinds: [
          { apiVersion: 'cluster.x-k8s.io/*', kind: 'Machine' },
          { apiVersion: 'cluster.x-k8s.io/*', kind: 'MachineSet' },
        ],
        namespace: 'clusters-prod',
        all: true,
        finalizers: 'remove',
      },
    },
  ],
  params,
  outputs,
  permissions: deletePermissions,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const { objects, problem } = await objectsToDelete(wanted, kube, ctx, ctx.earlier?.undoEntries);
    const notes = await inParallel(
      objects.filter(isNamespace),
      namespacesAtOnce,
      async (namespace) => contentsNote(kube, ctx, namespace),
    );
    return {
      changes:
        objects.length === 0
          ? [{ kind: 'none', because: 'there is nothing to delete' }]
          : objects.map((object) => deletionOf(wanted, object)),
      observed: objects.map((object) => ({
        object: `${wanted.target}: ${describeObject(object)}`,
        id: uidOf(object),
        fields: { finalizers: listAt(object, 'finalizers') },
      })),
      outputs: { deleted: objects.map(namedOf) },
      notes: [...notes.flat(), ...(problem === undefined ? [] : [`${problem} now`])],
      // What a controller owns it makes again, unless its controller is gone too: such pods are not counted on to be gone.
      consequences: async () =>
        objects
          .filter((object) => object.kind !== 'Pod' || !isControlled(object))
          .map((object) => ({ kind: 'gone', target: wanted.target, ref: refOf(object) })),
    };
  },
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const earlier = [...ctx.undoEntries.values()].map((entry) => namedOfRecord(entry));
    const { objects, problem } = await objectsToDelete(wanted, kube, ctx, ctx.undoEntries);
    if (problem !== undefined && earlier.length < (wanted.expectAtLeast ?? 0)) {
      throw new DrctlError('SELECTION_EMPTY', problem);
    }
    await recordDeletions(kube, ctx, objects);
    for (const group of inGivenOrder(objects)) await deleteGroup(wanted, kube, ctx, group);
    return { deleted: mergedNames(earlier, objects.map(namedOf)) };
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const { objects } = await objectsToDelete(wanted, kube, ctx, ctx.undoEntries);
    const { left, again } = await sinceDeletion(ctx, objects);
    const isAccepted = left.every((object) => object.metadata['deletionTimestamp'] !== undefined);
    if (left.length > 0 && (wanted.waitUntilGone !== false || !isAccepted)) {
      return { found: 'not-done' };
    }
    const made = again.find((object) => !isControlled(object));
    if (made !== undefined) {
      const because = `${describeObject(made)} was deleted and is there again, made by somebody else`;
      return { found: 'unclear', because };
    }
    const earlier = [...ctx.undoEntries.values()].map((entry) => namedOfRecord(entry));
    if (earlier.length < (wanted.expectAtLeast ?? 0)) return { found: 'not-done' };
    return { found: 'done', outputs: { deleted: earlier } };
  },
  undo: {
    possible: true,
    run: async ({ params: wanted, entries }, ctx) => {
      const kube = await ctx.clients.kube(wanted.target);
      await recreateDeleted(kube, ctx, entries);
    },
  },
  artifacts: keptRecords,
});

type Params = Static<typeof params>;

const namespacesAtOnce = 2;
const deletionsAtOnce = 8;

/**
 * Throws PROTECTED. `problem`: fewer than expected. Where nobody waits until all are gone, as for pods that are to be
 * restarted, an earlier attempt has settled which they are: what was made in their place since is not deleted again.
 */
async function objectsToDelete(
  wanted: Params,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  recorded: ReadonlyMap<string, Json> = new Map(),
): Promise<{ readonly objects: readonly KubeObject[]; readonly problem?: string }> {
  const objects: KubeObject[] = [];
  const selections = kindsOf(wanted).map((kind) => selectionOf(kind, wanted));
  for (const selection of selections) {
    await refuseAllOfCluster(kube, ctx, selection);
    const selected = await selectIfServed(kube, ctx, selection);
    const isSettled = wanted.waitUntilGone === false && recorded.size > 0;
    objects.push(...selected.filter((one) => !isSettled || wasRecorded(recorded, one)));
  }
  await refuseProtected(kube, ctx, objects);
  const expected = wanted.expectAtLeast ?? 0;
  if (objects.length >= expected) return { objects };
  const subject = selections.map(describeSelection).join('; ');
  return { objects, problem: `${subject}: found ${objects.length}, expected at least ${expected}` };
}

function kindsOf({ apiVersion, kind, kinds }: Params): readonly KubeKind[] {
  if (kinds !== undefined && kind === undefined && apiVersion === undefined) return kinds;
  if (kinds === undefined && kind !== undefined && apiVersion !== undefined) {
    return [{ apiVersion, kind }];
  }
  throw new DrctlError('PARAMS_INVALID', 'It is not said which kinds to delete', {
    hint: 'Give apiVersion and kind, or kinds',
  });
}

/** A kind that is not served has no objects. */
async function selectIfServed(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  selection: Selection,
): Promise<readonly KubeObject[]> {
  try {
    return await selectObjects(kube, ctx, selection);
  } catch (error) {
    if (hasCode(error, 'CLIENT_NOT_FOUND')) return [];
    throw error;
  }
}

async function contentsNote(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  namespace: KubeObject,
): Promise<readonly string[]> {
  const contents = await contentsOf(kube, ctx, namespace.metadata.name);
  if (contents.length === 0) return [];
  return [
    `${describeObject(namespace)} goes with all that is in it (${countByKind(contents)}): that cannot be undone`,
  ];
}

function deletionOf({ target, finalizers }: Params, object: KubeObject): Change {
  const stripped = listAt(object, 'finalizers');
  return {
    kind: 'delete',
    on: { target, object: describeObject(object) },
    fields:
      finalizers === 'remove' && stripped.length > 0
        ? [{ path: 'metadata.finalizers', before: stripped }]
        : [],
    risk: 'destructive',
  };
}

function namedOf(object: KubeObject): NamedObject {
  return refOf(object);
}

function mergedNames(earlier: readonly NamedObject[], now: readonly NamedObject[]): NamedObject[] {
  const keys = new Set(earlier.map(keyOf));
  return [...earlier, ...now.filter((object) => !keys.has(keyOf(object)))];
}

function inGivenOrder(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const groups = groupBy(objects, ({ apiVersion, kind }) => `${groupOf(apiVersion)}|${kind}`);
  return [...groups.values()];
}

async function deleteGroup(
  wanted: Params,
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  group: readonly KubeObject[],
): Promise<void> {
  const finalizers = wanted.finalizers ?? 'keep';
  const propagation = wanted.propagation ?? 'Background';
  await inParallel(group, deletionsAtOnce, async (object) =>
    removeObject(kube, ctx, object, { finalizers, propagation }),
  );
  const namespaces = group.filter(isNamespace);
  if (wanted.contents === 'removeFinalizers') {
    for (const namespace of namespaces) await freeNamespace(kube, ctx, namespace);
  }
  if (wanted.waitUntilGone !== false) await waitUntilGone(kube, ctx, group, finalizers);
}
