// The parameters that the Kubernetes actions share, so that one word means one thing in all of them.

import { Type } from 'typebox';
import { CelExpression, TargetName } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';

export const anyJson = (description: string) => Type.Unsafe<Json>({ description });

export const anyObject = (description: string) =>
  Type.Unsafe<JsonObject>({ type: 'object', description });

export const kubeTarget = TargetName('kubernetes');

export const apiVersionField = Type.String({
  description:
    '"v1", "apps/v1", or "group/*" for the version of that group which the server prefers for the kind',
  minLength: 1,
  examples: ['v1', 'apps/v1', 'cluster.x-k8s.io/*'],
});

export const kindField = Type.String({
  description: 'The kind as the API names it: "Deployment"',
  minLength: 1,
});

export const namespaceField = Type.String({
  description: 'The namespace; left out for cluster-scoped kinds, or to look into all namespaces',
  minLength: 1,
});

export const nameField = Type.String({ description: 'Exactly this object', minLength: 1 });

/** One of name, names, selector, where, all; `where` may go with selector or all. Checked by `readSelection`. */
export const selectionFields = {
  name: Type.Optional(nameField),
  names: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { description: 'Exactly these objects' }),
  ),
  selector: Type.Optional(
    Type.String({
      description: 'Label selector as kubectl takes it: "app=etcd,tier!=cache"',
      minLength: 1,
    }),
  ),
  where: Type.Optional(
    CelExpression({ description: 'Only objects for which this is true; `object` is the object' }),
  ),
  all: Type.Optional(
    Type.Boolean({
      description: 'Every object of the kind (in the namespace, where one is given)',
    }),
  ),
};

export const extractField = (over: 'object' | 'objects') =>
  Type.Optional(
    Type.Record(
      Type.String(),
      CelExpression({ description: `A value computed over \`${over}\`, as stored (not masked)` }),
      { description: `Named values computed over \`${over}\` for later steps` },
    ),
  );

export const extractedValues = Type.Record(Type.String(), anyJson('The value of the expression'), {
  description: 'The values of `extract`; empty where they are secret: see `secretValues`',
});

export const extractedSecretValues = Type.Record(
  Type.String(),
  Type.Unsafe<Json>({ description: 'The value of the expression', 'x-drctl': 'sensitive' }),
  {
    description:
      'The values of `extract` where the kind is Secret or they are said to be sensitive: masked everywhere',
  },
);

export const atLeastField = (fallback: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 0,
      default: fallback,
      description: 'Fails with SELECTION_EMPTY when fewer objects than this are selected',
    }),
  );

export const namedObject = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  namespace: Type.Optional(Type.String()),
  name: Type.String(),
});
