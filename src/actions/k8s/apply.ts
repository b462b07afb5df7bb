// k8s.apply: manifests into a cluster by server-side apply. It owns the fields it sets and no others, and works where
// the server has no OpenAPI model of the kind.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type {
  Change,
  FieldChange,
  Observation,
  ReadContext,
  WriteContext,
} from '../../engine/index.ts';
import type {
  Consequence,
  DrPorts,
  KubeClient,
  KubeObject,
  KubeReader,
  KubeResource,
} from '../ports.ts';
import { deleteApplied, fieldManager } from './support/applied.ts';
import {
  doubtAbout,
  fieldsPrefix,
  isObjectKey,
  operationOf,
  recordsOf,
  uidPrefix,
} from './support/apply-records.ts';
import type { ApplyRecord } from './support/apply-records.ts';
import { hasCode } from './support/errors.ts';
import { withoutManifestSecrets } from './support/hidden-secrets.ts';
import { fieldChanges, objectChanges } from './support/field-changes.ts';
import type { TreeChange } from './support/json-tree.ts';
import { manifestPermissions } from './support/manifest-permissions.ts';
import { readManifests } from './support/manifests.ts';
import {
  describeObject,
  describeRef,
  isNamespace,
  keyOf,
  namespaceOf,
  refOf,
  uidOf,
} from './support/objects.ts';
import { revertChanges, throwConflicts } from './support/revert.ts';
import { keptRecords, recordBefore, recordedValue } from './support/undo-records.ts';
import { anyObject, kubeTarget } from './support/schemas.ts';

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
    const changes: Change[] = [];
    const observed: Observation[] = [];
    const notes: string[] = [];
    const consequences: Consequence[] = [];
    for (const manifest of await readManifests(wanted, ctx.readers.files)) {
      const look = await lookAt(wanted, kube, ctx, manifest);
      if (look.note !== undefined) notes.push(look.note);
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
    return { changes, observed, notes, consequences: async () => consequences };
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
    for (const manifest of await readManifests(wanted, ctx.readers.files)) {
      const look = await lookAt(wanted, kube, ctx, manifest);
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

interface Look {
  readonly desired: KubeObject;
  readonly before: KubeObject | undefined;
  readonly changes: readonly TreeChange[];
  /** As people see them. */
  readonly fields: readonly FieldChange[];
  readonly note?: string;
}

function consequenceOf(target: string, { desired, before, changes }: Look): Consequence {
  return before === undefined
    ? { kind: 'made', target, object: desired }
    : { kind: 'changed', target, ref: refOf(before), fields: changes };
}

async function lookAt(
  wanted: Params,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  manifest: KubeObject,
): Promise<Look> {
  const resource = await kube.resource(manifest, ctx.signal);
  const desired = completed(wanted, manifest, resource);
  const options = { fieldManager, force: wanted.force === true, signal: ctx.signal };
  const before = resource === undefined ? undefined : await kube.get(refOf(desired), ctx.signal);
  try {
    const after = await kube.preview(desired, options);
    const shown = before === undefined ? desired : after;
    return {
      desired,
      before,
      changes: objectChanges(before, shown),
      fields: fieldChanges(before, shown),
    };
  } catch (error) {
    if (!hasCode(error, 'CLIENT_NOT_FOUND') || before !== undefined) throw error;
    return {
      desired,
      before,
      changes: objectChanges(undefined, desired),
      fields: fieldChanges(undefined, desired),
      note: `${describeObject(desired)}: ${error.message} now; the step fails unless that changes by then`,
    };
  }
}

function completed(
  { namespace }: Params,
  manifest: KubeObject,
  resource: KubeResource | undefined,
): KubeObject {
  const apiVersion = resource?.apiVersion ?? manifest.apiVersion;
  const isPlaced = namespaceOf(manifest) !== undefined || resource?.namespaced === false;
  if (isPlaced || namespace === undefined) return { ...manifest, apiVersion };
  return { ...manifest, apiVersion, metadata: { ...manifest.metadata, namespace } };
}

async function applyOne(
  wanted: Params,
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  manifest: KubeObject,
): Promise<Applied> {
  const { desired, before, changes } = await lookAt(wanted, kube, ctx, manifest);
  const ref = refOf(desired);
  const key = keyOf(ref);
  let present = before;
  if (before === undefined || changes.length > 0) {
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
