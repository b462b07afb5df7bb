// k8s.restore: an export into a cluster: ordered by kind and ownership, without the marks of its old cluster, owned by
// the same owners under their new identities.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, FilledInLater, assertNever, defineAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts, KubeReader } from '../ports.ts';
import { hasCode } from './support/errors.ts';
import { restorePermissions } from './support/export-permissions.ts';
import { readIndex } from './support/exported.ts';
import { keyOf, refOf } from './support/objects.ts';
import { plannedRestore } from './support/planned-restore.ts';
import { decide } from './support/restore-object.ts';
import type { Deciding, StepMemory } from './support/restore-object.ts';
import { ownedByRestored, planRestore } from './support/restore-plan.ts';
import { createRestorer, restoredObject, undoRestore } from './support/restorer.ts';
import type { RestoredObject } from './support/restorer.ts';
import { ownersOf } from './support/sanitize.ts';
import { anyJson, apiVersionField, kindField, kubeTarget, namedObject } from './support/schemas.ts';
import { createTrials } from './support/trials.ts';
import { keptRecords } from './support/undo-records.ts';

const ruleFields = {
  apiVersion: Type.Optional(apiVersionField),
  kind: Type.Optional(kindField),
  where: Type.Optional(
    CelExpression({ description: 'Only objects for which this is true; `object` as exported' }),
  ),
  path: Type.String({
    minLength: 1,
    description: 'Dotted path or JSON pointer: "spec.etcd.managed.storage.restoreSnapshotURL"',
  }),
};

const params = Type.Object(
  {
    target: kubeTarget,
    from: Type.String({ minLength: 1, description: 'The artifact of k8s.export' }),
    select: Type.Optional(
      Type.Array(
        Type.Object(
          {
            apiVersion: Type.Optional(apiVersionField),
            kind: kindField,
            namespace: Type.Optional(
              Type.String({ minLength: 1, description: 'The namespace as exported' }),
            ),
            where: Type.Optional(
              CelExpression({ description: 'Only objects for which this is true; `object`' }),
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, description: 'What to restore of the artifact; left out: everything' },
      ),
    ),
    set: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...ruleFields,
            value: FilledInLater({ description: 'The value to put there' }),
            onlyAtCreation: Type.Optional(
              Type.Boolean({
                default: false,
                description:
                  'The field cannot change later: an object that this step created before is left as it is',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        { description: 'Fields set in the restored copy' },
      ),
    ),
    unset: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...ruleFields,
            value: Type.Optional(anyJson('Remove only this element of the list at the path')),
          },
          { additionalProperties: false },
        ),
        { description: 'Fields removed from the restored copy; finalizers are kept otherwise' },
      ),
    ),
    namespaces: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Old namespace: new namespace' }),
    ),
    ownerReferences: Type.Optional(
      Type.Enum(['rebuild', 'drop'], {
        default: 'rebuild',
        description: 'rebuild: with the uid that the owner has on this cluster',
      }),
    ),
    existing: Type.Optional(
      Type.Enum(['fail', 'keep', 'update'], {
        default: 'fail',
        description:
          'An object of that name exists and this step did not create it. fail: unless it is equal in every restored field; keep: leave it; update: set the restored fields',
      }),
    ),
    concurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 32,
        description:
          'Never more objects at once than this; left out: as many as the server takes well, up to 32',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  created: Type.Integer(),
  kept: Type.Integer(),
  updated: Type.Integer(),
  objects: Type.Array(
    Type.Object({
      ...namedObject.properties,
      uid: Type.String(),
      operation: Type.Enum(['created', 'kept', 'updated']),
    }),
  ),
  withoutOwners: Type.Array(Type.String(), {
    description: 'Sentences about owners that do not exist on this cluster',
  }),
});

export const k8sRestore = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.restore',
  version: 1,
  effect: 'change',
  summary: 'Restores an export into a cluster',
  examples: [
    {
      id: 'restore-hosted-cluster',
      action: 'k8s.restore',
      with: {
        target: 'destination',
        from: '{{steps.export-hosted-cluster.outputs.artifact}}',
        select: [{ apiVersion: 'hypershift.openshift.io/*', kind: 'HostedCluster' }],
        set: [
          {
            kind: 'HostedCluster',
            path: 'spec.etcd.managed.storage.restoreSnapshotURL',
            value: ['{{steps.sign.outputs.url}}'],
            onlyAtCreation: true,
          },
        ],
        unset: [{ kind: 'HostedCluster', path: 'spec.pausedUntil' }],
      },
    },
  ],
  params,
  outputs,
  permissions: restorePermissions,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    try {
      return await plannedRestore(wanted, kube, ctx);
    } catch (error) {
      // The artifact, or a kind, is usually made by an earlier step of the same run.
      if (!hasCode(error, 'CLIENT_NOT_FOUND')) throw error;
      const isMade = (await readIndex(ctx.readers.artifacts, wanted.from)) !== undefined;
      const on = { target: wanted.target, object: `artifact ${wanted.from}` };
      const summary = 'restore its objects';
      return {
        changes: [{ kind: 'run', on, summary, risk: 'safe' }],
        notes: [
          isMade
            ? `${error.message} now; the step fails unless that changes by then`
            : `What it restores is shown once the export "${wanted.from}" has been made`,
        ],
      };
    }
  },
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const stages = await planRestore(wanted, kube, ctx);
    const restorer = createRestorer({ wanted, kube, ctx, total: stages.flat().length });
    const restored: RestoredObject[] = [];
    for (const stage of stages) restored.push(...(await restorer.restoreStage(stage)));
    const withoutOwners = await restorer.addLateOwners(stages.flat());
    await restorer.adopt(await ownedByRestored(wanted, ctx, stages.flat()));
    return outputsOf(restored, withoutOwners);
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const stages = await planRestore(wanted, kube, ctx);
    const existing = wanted.existing ?? 'fail';
    const deciding = { existing, memory: ctx, trials: createTrials(kube, ctx, wanted.target) };
    const restored: RestoredObject[] = [];
    for (const item of stages.flat()) {
      const decision = await decideAgain(kube, ctx, { ...deciding, item });
      if (decision === undefined) return { found: 'not-done' };
      restored.push(decision);
    }
    // Whether late owners were added is not told apart here: adding them again does no harm.
    const isOwned = stages.flat().some(({ exported }) => ownersOf(exported).length > 0);
    const isOwner = (await ownedByRestored(wanted, ctx, stages.flat())).length > 0;
    if ((isOwned || isOwner) && wanted.ownerReferences !== 'drop') return { found: 'not-done' };
    return { found: 'done', outputs: outputsOf(restored, []) };
  },
  undo: {
    possible: true,
    run: async ({ params: wanted, entries }, ctx) => {
      const kube = await ctx.clients.kube(wanted.target);
      await undoRestore(kube, ctx, entries);
    },
  },
  artifacts: keptRecords,
});

/** What the object turned out to be after an interruption; undefined when it is not as it should be. */
async function decideAgain(
  kube: KubeReader,
  ctx: ReadContext<DrPorts> & StepMemory,
  deciding: Deciding,
): Promise<RestoredObject | undefined> {
  const decision = await decide(kube, ctx, deciding);
  switch (decision.kind) {
    case 'made':
      return restoredObject(decision.present, 'created');
    case 'keep':
      return restoredObject(
        decision.present,
        ctx.undoEntries.has(keyOf(refOf(decision.present))) ? 'updated' : 'kept',
      );
    case 'create':
    case 'update':
      return undefined;
    default:
      return assertNever(decision);
  }
}

function outputsOf(
  objects: readonly RestoredObject[],
  withoutOwners: readonly string[],
): Static<typeof outputs> {
  const count = (operation: string): number =>
    objects.filter((object) => object.operation === operation).length;
  return {
    created: count('created'),
    kept: count('kept'),
    updated: count('updated'),
    objects: [...objects],
    withoutOwners: [...withoutOwners],
  };
}
