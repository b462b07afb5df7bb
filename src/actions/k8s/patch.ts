// k8s.patch: changes fields of one object, or of every object that a selection finds.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import {
  apiVersionField,
  atLeastField,
  kindField,
  kubeTarget,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';
import type { Json } from '../../engine/index.ts';

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
  plan: pending,
  apply: pending,
  probe: pending,
  undo: { possible: true, run: pending },
});
