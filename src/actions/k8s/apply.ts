// k8s.apply: manifests into a cluster by server-side apply. It owns the fields it sets and no others, and works where
// the server has no OpenAPI model of the kind.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
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
  plan: pending,
  apply: pending,
  probe: pending,
  undo: { possible: true, run: pending },
});
