// k8s.patch: changes fields of one object, or of every object that a selection finds.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { Change, Json, WriteContext } from '../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, KubeReader, ObjectRef } from '../ports.ts';
import { fieldChanges } from './support/field-changes.ts';
import { withoutPatchedSecrets } from './support/hidden-secrets.ts';
import { inParallel } from './support/in-parallel.ts';
import { asJson, sameJson, showPath, valueAt } from './support/json-tree.ts';
import type { TreeChange } from './support/json-tree.ts';
import {
  describeObject,
  describeRef,
  hideSecretData,
  isSecret,
  keyOf,
  namespaceOf,
  refOf,
  uidOf,
} from './support/objects.ts';
import { effectOf, isDoneForGood, stateOf, writtenPrefix } from './support/patch-effect.ts';
import type { Effect, Memory, PatchRecord } from './support/patch-effect.ts';
import { may, maySelect, selectedPlaces } from './support/permissions.ts';
import { revertChanges, throwConflicts } from './support/revert.ts';
import {
  apiVersionField,
  atLeastField,
  kindField,
  kubeTarget,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';
import { requireFound, selectObjects, selectionOf } from './support/selection.ts';
import { createTrials, throwRefused } from './support/trials.ts';
import type { Trials } from './support/trials.ts';
import { keptRecords, recordBefore, recordedValue } from './support/undo-records.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    apiVersion: apiVersionField,
    kind: kindField,
    namespace: Type.Optional(namespaceField),
    ...selectionFields,
    atLeast: atLeastField(1),
    type: Type.Optional(Type.Enum(['merge', 'json', 'strategic'], { default: 'merge' })),
    patch: Type.Unsafe<Json>({
      type: ['object', 'array'],
      description: 'The patch: an object, or a list of operations for type json',
    }),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  patched: Type.Array(
    Type.Object({
      namespace: Type.Optional(Type.String()),
      name: Type.String(),
      changed: Type.Boolean({ description: 'false: it was so already' }),
    }),
  ),
});

export const k8sPatch = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.patch',
  version: 1,
  effect: 'change',
  summary: 'Patches one object or all that a selection finds',
  examples: [
    {
      id: 'pause-node-pools',
      action: 'k8s.patch',
      with: {
        target: 'source',
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'NodePool',
        namespace: 'clusters',
        where: "object.spec.clusterName == 'prod'",
        patch: { spec: { pausedUntil: 'true' } },
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => {
    const places = selectedPlaces(wanted, wanted);
    return { carryOut: [...maySelect(wanted, places), ...may(['get', 'patch'], ...places)] };
  },
  shown: withoutPatchedSecrets,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const memory = { ...ctx, undoEntries: ctx.earlier?.undoEntries ?? new Map<string, Json>() };
    const objects = await objectsToPatch(wanted, kube, memory);
    const trials = createTrials(kube, ctx, wanted.target);
    const effects = await inParallel(objects, patchesAtOnce, async (object): Promise<Effect> =>
      (await isDoneForGood(wanted, memory, object))
        ? { object, after: object, changes: [] }
        : effectOf(wanted, trials, object),
    );
    throwRefused(effects.flatMap(({ refused }) => refused ?? []));
    return {
      changes: changesOf(wanted.target, effects),
      observed: effects.map(({ object, changes }) => ({
        object: `${wanted.target}: ${describeObject(object)}`,
        id: uidOf(object),
        fields: changes.map(({ path }) => [
          showPath(path),
          valueAt(hideSecretData(object), path) ?? null,
        ]),
      })),
      outputs: {
        patched: effects.map(({ object, changes }) => ({
          ...placeOf(object),
          changed: changes.length > 0,
        })),
      },
      notes: trials.notes(),
      warnings: trials.warnings(),
      consequences: async () =>
        effects.map(({ object, changes }) => ({
          kind: 'changed',
          target: wanted.target,
          ref: refOf(object),
          fields: changes,
        })),
    };
  },
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const objects = await objectsToPatch(wanted, kube, ctx);
    const patching = { kube, ctx, trials: createTrials(kube, ctx, wanted.target) };
    const patchedObjects = await inParallel(objects, patchesAtOnce, async (object) => {
      await patchOne(wanted, patching, object);
      return { ...placeOf(object), changed: ctx.undoEntries.has(keyOf(refOf(object))) };
    });
    return { patched: [...patchedObjects] };
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const objects = await objectsToPatch(wanted, kube, ctx);
    const trials = createTrials(kube, ctx, wanted.target);
    for (const object of objects) {
      const state = await stateOf(wanted, { trials, ctx }, object);
      if (state !== 'done') return state === 'not-done' ? { found: 'not-done' } : unclear(object);
    }
    return {
      found: 'done',
      outputs: {
        patched: objects.map((object) => ({
          ...placeOf(object),
          changed: ctx.undoEntries.has(keyOf(refOf(object))),
        })),
      },
    };
  },
  undo: {
    possible: true,
    run: async ({ params: wanted, entries }, ctx) => {
      const kube = await ctx.clients.kube(wanted.target);
      const conflicts: string[] = [];
      for (const [key, entry] of [...entries].toReversed()) {
        if (key.startsWith(writtenPrefix)) continue;
        const record = (await recordedValue(ctx, entry)) as unknown as PatchRecord;
        const written = entries.get(`${writtenPrefix}${key}`);
        const changes =
          written === undefined
            ? record.changes
            : ((await recordedValue(ctx, written)) as unknown as readonly TreeChange[]);
        const kept = await revertChanges(kube, ctx, record.ref, changes);
        conflicts.push(...kept.map((path) => `${describeRef(record.ref)} ${path}`));
      }
      throwConflicts(conflicts);
    },
  },
  artifacts: keptRecords,
});

type Params = Static<typeof params>;

const patchesAtOnce = 8;

function placeOf(object: KubeObject): { namespace?: string; name: string } {
  const namespace = namespaceOf(object);
  return { ...(namespace === undefined ? {} : { namespace }), name: object.metadata.name };
}

function changesOf(target: string, effects: readonly Effect[]): readonly Change[] {
  const changing = effects.filter(({ changes }) => changes.length > 0);
  if (changing.length === 0) return [{ kind: 'none', because: 'it is so already' }];
  return changing.map(({ object, after }) => ({
    kind: 'update',
    on: { target, object: describeObject(object) },
    fields: fieldChanges(object, after),
    risk: 'disruptive',
  }));
}

/** What is selected now, and what an earlier attempt patched and the selection no longer finds because of that. */
async function objectsToPatch(
  wanted: Params,
  kube: KubeReader,
  ctx: Memory,
): Promise<readonly KubeObject[]> {
  const selection = selectionOf(wanted, wanted);
  const selected = await selectObjects(kube, ctx, selection);
  const keys = new Set(selected.map((object) => keyOf(refOf(object))));
  const earlier: KubeObject[] = [];
  for (const key of ctx.undoEntries.keys()) {
    if (keys.has(key) || key.startsWith(writtenPrefix)) continue;
    const object = await kube.get(refFromKey(wanted, key), ctx.signal);
    if (object !== undefined) earlier.push(object);
  }
  const all = [...selected, ...earlier];
  requireFound(selection, all, wanted.atLeast ?? 1);
  return all;
}

/** Keys end with "namespace/name" or "name". */
function refFromKey({ apiVersion, kind }: Params, key: string): ObjectRef {
  const place = key.slice(key.indexOf(' ') + 1);
  const slash = place.indexOf('/');
  return slash < 0
    ? { apiVersion, kind, name: place }
    : { apiVersion, kind, namespace: place.slice(0, slash), name: place.slice(slash + 1) };
}

function unclear(object: KubeObject): { found: 'unclear'; because: string } {
  return {
    found: 'unclear',
    because: `${describeObject(object)} is neither as it was before the patch nor as after it`,
  };
}

interface Patching {
  readonly kube: KubeClient;
  readonly ctx: WriteContext<DrPorts>;
  readonly trials: Trials;
}

async function patchOne(wanted: Params, patching: Patching, object: KubeObject): Promise<void> {
  const { kube, ctx, trials } = patching;
  const key = keyOf(refOf(object));
  if (ctx.undoEntries.has(key) && (await stateOf(wanted, patching, object)) === 'done') return;
  const { changes, refused } = await effectOf(wanted, trials, object);
  if (refused !== undefined) throw refused;
  if (changes.length === 0) return;
  const record: PatchRecord = { ref: refOf(object), changes };
  const isHidden = isSecret(object);
  await recordBefore(ctx, [{ key, value: asJson(record), isSecret: isHidden }]);
  const result = await kube.patch(refOf(object), {
    type: wanted.type ?? 'merge',
    patch: wanted.patch,
    signal: ctx.signal,
  });
  const written = changes.map((change) => withAfter(change, valueAt(result, change.path)));
  if (sameJson(asJson(written), asJson(changes))) return;
  await recordBefore(ctx, [
    { key: `${writtenPrefix}${key}`, value: asJson(written), isSecret: isHidden },
  ]);
}

function withAfter({ path, before }: TreeChange, after: Json | undefined): TreeChange {
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
