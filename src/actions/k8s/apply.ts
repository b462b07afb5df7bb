// k8s.apply: manifests into a cluster by server-side apply. It owns the fields it sets and no others, and works where
// the server has no OpenAPI model of the kind.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { Change, Observation, WriteContext } from '../../engine/index.ts';
import type { Consequence, DrPorts, KubeClient, KubeObject } from '../ports.ts';
import { deleteApplied, fieldManager } from './support/applied.ts';
import { consequenceOf, isChanging, lookAt, lookAtAll } from './support/apply-look.ts';
import {
  doubtAbout,
  fieldsPrefix,
  isObjectKey,
  operationOf,
  recordsOf,
  uidPrefix,
} from './support/apply-records.ts';
import type { ApplyRecord } from './support/apply-records.ts';
import { withoutManifestSecrets } from './support/hidden-secrets.ts';
import type { TreeChange } from './support/json-tree.ts';
import { manifestPermissions } from './support/manifest-permissions.ts';
import { readManifests } from './support/manifests.ts';
import {
  describeObject,
  describeRef,
  isNamespace,
  keyOf,
  refOf,
  uidOf,
} from './support/objects.ts';
import { revertChanges, throwConflicts } from './support/revert.ts';
import { anyObject, kubeTarget } from './support/schemas.ts';
import { createTrials, throwRefused } from './support/trials.ts';
import { keptRecords, recordBefore, recordedValue } from './support/undo-records.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    manifests: Type.Optional(
      Type.Array(anyObject('An object, as in a YAML file'), { description: 'Inline objects' }),
    ),
    file: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A YAML or JSON file, several documents allowed; relative to the runbook',
      }),
    ),
    folder: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'All .yaml, .yml and .json files of a folder, by name',
      }),
    ),
    namespace: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For namespaced objects that name none',
      }),
    ),
    force: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Take over fields that another field manager owns',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  applied: Type.Array(
    Type.Object({
      apiVersion: Type.String(),
      kind: Type.String(),
      namespace: Type.Optional(Type.String()),
      name: Type.String(),
      uid: Type.String(),
      operation: Type.Enum(['created', 'updated', 'unchanged']),
    }),
  ),
});

export const k8sApply = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.apply',
  version: 1,
  effect: 'change',
  summary: 'Applies manifests, server-side',
  examples: [
    {
      id: 'create-namespace',
      action: 'k8s.apply',
      with: {
        target: 'destination',
        manifests: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'clusters' } }],
      },
    },
  ],
  params,
  outputs,
  permissions: manifestPermissions,
  shown: withoutManifestSecrets,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const { looks, notes: told, warnings } = await lookAtAll(wanted, kube, ctx);
    throwRefused(looks.flatMap(({ refused }) => refused ?? []));
    const changes: Change[] = [];
    const observed: Observation[] = [];
    const notes: string[] = [...told];
    const consequences: Consequence[] = [];
    for (const look of looks) {
      const isNew = look.before === undefined;
      if (!isNew && look.fields.length === 0) continue;
      consequences.push(consequenceOf(wanted.target, look));
      const on = { target: wanted.target, object: describeObject(look.desired) };
      if (isNew && isNamespace(look.desired)) {
        notes.push(
          `the undo of this step deletes ${describeObject(look.desired)} only when nothing is in it, unless the runbook has one of its own`,
        );
      }
      changes.push({
        kind: isNew ? 'create' : 'update',
        on,
        fields: look.fields,
        risk: isNew ? 'safe' : 'disruptive',
      });
      observed.push({
        object: `${wanted.target}: ${describeObject(look.desired)}`,
        ...(look.before === undefined ? {} : { id: uidOf(look.before) }),
        fields: look.fields.map(({ path, before }) => [path, before ?? null]),
      });
    }
    if (changes.length === 0) changes.push({ kind: 'none', because: 'it is so already' });
    return {
      changes,
      observed,
      notes,
      warnings,
      consequences: async () => consequences,
    };
  },
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const applied: Applied[] = [];
    const manifests = await readManifests(wanted, ctx.clients.files);
    for (const manifest of manifests) {
      applied.push(await applyOne(wanted, kube, ctx, manifest));
      const message = `Applied ${describeObject(manifest)}`;
      ctx.report({ message, done: applied.length, total: manifests.length, unit: 'objects' });
    }
    return { applied };
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const applied: Applied[] = [];
    const trials = createTrials(kube, ctx, wanted.target);
    for (const manifest of await readManifests(wanted, ctx.readers.files)) {
      const look = await lookAt(wanted, { kube, ctx, trials }, manifest);
      const { desired, before, fields } = look;
      const because = await doubtAbout(look, ctx);
      if (because !== undefined) return { found: 'unclear', because };
      if (before === undefined || fields.length > 0) return { found: 'not-done' };
      applied.push({
        ...refOf(desired),
        uid: uidOf(before),
        operation: operationOf(ctx.undoEntries.get(keyOf(refOf(desired)))),
      });
    }
    return { found: 'done', outputs: { applied } };
  },
  undo: {
    possible: true,
    run: async ({ params: wanted, entries }, ctx) => {
      const kube = await ctx.clients.kube(wanted.target);
      const conflicts: string[] = [];
      for (const [key, entry] of [...entries].toReversed()) {
        if (!isObjectKey(key)) continue;
        const { ref, operation } = entry as unknown as ApplyRecord;
        if (operation === 'created') {
          await deleteApplied(kube, ctx, ref, entries.get(`${uidPrefix}${key}`));
        } else {
          const fields = await recordedValue(ctx, entries.get(`${fieldsPrefix}${key}`) ?? []);
          const changes = fields as unknown as readonly TreeChange[];
          const kept = await revertChanges(kube, ctx, ref, changes);
          conflicts.push(...kept.map((path) => `${describeRef(ref)} ${path}`));
        }
      }
      throwConflicts(conflicts);
    },
  },
  artifacts: keptRecords,
});

type Params = Static<typeof params>;
type Applied = Static<typeof outputs>['applied'][number];

async function applyOne(
  wanted: Params,
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  manifest: KubeObject,
): Promise<Applied> {
  const trials = createTrials(kube, ctx, wanted.target);
  const look = await lookAt(wanted, { kube, ctx, trials }, manifest);
  const { desired, before, changes, refused } = look;
  if (refused !== undefined) throw refused;
  const ref = refOf(desired);
  const key = keyOf(ref);
  let present = before;
  if (isChanging(look)) {
    await recordBefore(ctx, recordsOf(desired, before, changes));
    present = await kube.apply(desired, {
      fieldManager,
      force: wanted.force === true,
      signal: ctx.signal,
    });
  }
  const uid = present === undefined ? '' : uidOf(present);
  const operation = operationOf(ctx.undoEntries.get(key));
  if (operation === 'created') {
    await recordBefore(ctx, [{ key: `${uidPrefix}${key}`, value: uid, isSecret: false }]);
  }
  return { ...ref, uid, operation };
}
