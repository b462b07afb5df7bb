// k8s.list: the objects of a kind, for later steps to refer to or to go through with forEach.

import { Type } from 'typebox';
import { CelExpression, defineReadAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import {
  anyObject,
  apiVersionField,
  atLeastField,
  extractField,
  extractedSecretValues,
  extractedValues,
  kindField,
  kubeTarget,
  namespaceField,
} from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    apiVersion: apiVersionField,
    kind: kindField,
    namespace: Type.Optional(namespaceField),
    selector: Type.Optional(
      Type.String({ description: 'Label selector as kubectl takes it', minLength: 1 }),
    ),
    fieldSelector: Type.Optional(
      Type.String({
        description: 'Field selector as kubectl takes it: "status.phase=Running"',
        minLength: 1,
      }),
    ),
    where: Type.Optional(
      CelExpression({ description: 'Only objects for which this is true; `object` is the object' }),
    ),
    atLeast: atLeastField(0),
    optional: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'A kind that the server does not serve counts as no objects',
      }),
    ),
    extract: extractField('objects'),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  items: Type.Array(anyObject('An object without managedFields, data of Secrets as digests')),
  count: Type.Integer({ minimum: 0 }),
  values: extractedValues,
  secretValues: extractedSecretValues,
});

export const k8sList = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.list',
  version: 1,
  summary: 'Lists the objects of a kind',
  examples: [
    {
      id: 'find-node-pools',
      action: 'k8s.list',
      with: {
        target: 'source',
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'NodePool',
        namespace: 'clusters',
        where: "object.spec.clusterName == 'prod'",
        atLeast: 1,
        extract: { replicas: 'objects.map(o, o.spec.replicas)' },
      },
    },
  ],
  params,
  outputs,
  read: pending,
});
