// k8s.restore: an export into a cluster: ordered by kind and ownership, without the marks of its old cluster, owned by
// the same owners under their new identities.

import { Type } from 'typebox';
import { CelExpression, defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import { anyJson, apiVersionField, kindField, kubeTarget, namedObject } from './support/schemas.ts';

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
            value: anyJson('The value to put there'),
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
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 32, default: 8 })),
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
      uid: Type.Optional(Type.String()),
      operation: Type.Enum(['created', 'kept', 'updated']),
    }),
  ),
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
        from: "{{steps['export-hosted-cluster'].outputs.artifact}}",
        select: [{ apiVersion: 'hypershift.openshift.io/*', kind: 'HostedCluster' }],
        set: [
          {
            kind: 'HostedCluster',
            path: 'spec.etcd.managed.storage.restoreSnapshotURL',
            value: ["{{steps['sign'].outputs.url}}"],
            onlyAtCreation: true,
          },
        ],
        unset: [{ kind: 'HostedCluster', path: 'spec.pausedUntil' }],
      },
    },
  ],
  params,
  outputs,
  plan: pending,
  apply: pending,
  probe: pending,
  undo: { possible: true, run: pending },
});
