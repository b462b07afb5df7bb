// k8s.scale: replicas of Deployments and StatefulSets, done only when the pods have followed: zero replicas is not
// zero pods, and a snapshot taken while a writer still terminates loses writes.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import { kubeTarget, namespaceField, selectionFields } from './support/schemas.ts';

const workloadKind = Type.Enum(['Deployment', 'StatefulSet']);

const params = Type.Object(
  {
    target: kubeTarget,
    kind: Type.Optional(workloadKind),
    kinds: Type.Optional(
      Type.Array(workloadKind, {
        description: 'Both, when neither kind nor kinds is given',
        minItems: 1,
      }),
    ),
    namespace: namespaceField,
    ...selectionFields,
    replicas: Type.Integer({ minimum: 0 }),
    missing: Type.Optional(
      Type.Enum(['fail', 'ignore'], {
        default: 'fail',
        description: 'When a named workload is absent, or a selection finds none',
      }),
    ),
    waitForPods: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Wait until surplus pods are gone, or until all pods are ready',
      }),
    ),
    undoWaits: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Undo waits for ready pods too',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  scaled: Type.Array(
    Type.Object({
      kind: Type.String(),
      namespace: Type.String(),
      name: Type.String(),
      before: Type.Integer(),
      after: Type.Integer(),
    }),
  ),
});

export const k8sScale = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.scale',
  version: 1,
  effect: 'change',
  summary: 'Scales Deployments and StatefulSets and waits for their pods',
  description:
    'A HorizontalPodAutoscaler on a workload scales it back (except from zero): remove or patch it first.',
  examples: [
    {
      id: 'stop-writers',
      action: 'k8s.scale',
      with: {
        target: 'source',
        kind: 'Deployment',
        namespace: 'clusters-prod',
        names: ['kube-apiserver', 'openshift-apiserver', 'openshift-oauth-apiserver'],
        replicas: 0,
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
