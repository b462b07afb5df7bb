// k8s.exec: a command in a container, for what no other action does.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import { kubeTarget } from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    namespace: Type.String({ minLength: 1 }),
    pod: Type.Optional(Type.String({ minLength: 1, description: 'Name of the pod' })),
    selector: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Instead of pod: the first ready pod with these labels',
      }),
    ),
    container: Type.Optional(Type.String({ minLength: 1 })),
    command: Type.Array(Type.String(), {
      minItems: 1,
      description: 'The command and its arguments; no shell is involved',
    }),
    expectExitCodes: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, default: [0] })),
    maxOutputBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_048_576,
        default: 65_536,
        description: 'Output beyond this is dropped, the command goes on',
      }),
    ),
    repeatable: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Running it twice does no harm: after a crash it is run again unasked',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  exitCode: Type.Integer(),
  stdout: Type.String(),
  stderr: Type.String(),
  pod: Type.String(),
});

export const k8sExec = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.exec',
  version: 1,
  effect: 'change',
  summary: 'Runs a command in a container',
  examples: [
    {
      id: 'etcd-version',
      action: 'k8s.exec',
      with: {
        target: 'source',
        namespace: 'clusters-prod',
        selector: 'app=etcd',
        container: 'etcd',
        command: ['etcd', '--version'],
        repeatable: true,
      },
    },
  ],
  params,
  outputs,
  plan: pending,
  apply: pending,
  probe: pending,
  undo: { possible: false, because: 'what a command did is not known' },
});
