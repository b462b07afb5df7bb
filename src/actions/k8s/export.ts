// k8s.export: objects of a cluster into an artifact, with the Secrets and ConfigMaps that they refer to. References
// are walked, never guessed from names, and everything that is left behind is reported with the reason.

import { Type } from 'typebox';
import { CelExpression, defineAction } from '../../engine/index.ts';
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
    to: Type.String({
      pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
      description: 'Name of the artifact folder',
    }),
    select: Type.Array(
      Type.Object(
        {
          apiVersion: apiVersionField,
          kind: kindField,
          namespace: Type.Optional(namespaceField),
          ...selectionFields,
          optional: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Finding none is fine, also when the kind is not served',
            }),
          ),
          as: Type.Optional(
            Type.String({
              pattern: '^[A-Za-z0-9._-]+$',
              description: 'Group label: its folder in the artifact and its key in `groups`',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    references: Type.Optional(
      Type.Object(
        {
          kinds: Type.Optional(
            Type.Array(Type.Enum(['Secret', 'ConfigMap']), {
              default: ['Secret', 'ConfigMap'],
              description: 'Which referenced kinds are taken; an empty list follows none',
            }),
          ),
          optional: Type.Optional(
            Type.Boolean({
              default: false,
              description:
                'A referenced object that does not exist is only reported, instead of failing',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    referencePaths: Type.Optional(
      Type.Array(
        Type.Object(
          {
            kind: Type.String({ description: 'Kind that holds the reference; "*" for every kind' }),
            group: Type.Optional(Type.String({ description: 'API group of that kind' })),
            path: Type.String({
              description:
                'Dotted path to the name; "[]" goes through a list: "spec.config[].name"',
            }),
            refersTo: Type.Enum(['Secret', 'ConfigMap']),
          },
          { additionalProperties: false },
        ),
        { description: 'References beside those that drctl knows' },
      ),
    ),
    exclude: Type.Optional(
      Type.Array(
        Type.Object(
          {
            apiVersion: Type.Optional(apiVersionField),
            kind: Type.Optional(kindField),
            where: Type.Optional(
              CelExpression({ description: 'Objects for which this is true; `object`' }),
            ),
            because: Type.String({ description: 'The reason, shown in plan and report' }),
          },
          { additionalProperties: false },
        ),
        { description: 'What is not taken although selected or referred to' },
      ),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  artifact: Type.String({ description: 'Name of the artifact folder, for k8s.restore `from`' }),
  digest: Type.Optional(
    Type.String({ description: '"sha256:…" of the index; not known while planning' }),
  ),
  count: Type.Integer(),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Objects of each kind' }),
  groups: Type.Record(Type.String(), Type.Integer(), { description: 'Objects of each group' }),
  objects: Type.Array(namedObject),
  notTaken: Type.Array(Type.Object({ object: Type.String(), because: Type.String() })),
});

export const k8sExport = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.export',
  version: 1,
  effect: 'change',
  summary: 'Exports objects and the Secrets and ConfigMaps they refer to',
  examples: [
    {
      id: 'export-hosted-cluster',
      action: 'k8s.export',
      with: {
        target: 'source',
        to: 'objects',
        select: [
          {
            apiVersion: 'hypershift.openshift.io/v1beta1',
            kind: 'HostedCluster',
            namespace: 'clusters',
            name: 'prod',
          },
          {
            apiVersion: 'cluster.x-k8s.io/*',
            kind: 'Machine',
            namespace: 'clusters-prod',
            all: true,
            optional: true,
          },
        ],
        exclude: [
          {
            kind: 'Secret',
            where: "object.metadata.name.startsWith('token-prod')",
            because: 'node bootstrap tokens are made anew',
          },
        ],
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
