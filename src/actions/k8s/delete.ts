// k8s.delete: removes objects, and only the very objects that it looked at: every deletion carries the uid.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import {
  apiVersionField,
  kindField,
  kubeTarget,
  namedObject,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';

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
  plan: pending,
  apply: pending,
  probe: pending,
  undo: { possible: true, run: pending },
});
