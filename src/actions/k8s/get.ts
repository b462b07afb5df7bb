// k8s.get: one object, for later steps to refer to.

import { Type } from 'typebox';
import { defineReadAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import {
  anyJson,
  apiVersionField,
  extractField,
  extractedSecretValues,
  extractedValues,
  kindField,
  kubeTarget,
  nameField,
  namespaceField,
} from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    apiVersion: apiVersionField,
    kind: kindField,
    namespace: Type.Optional(namespaceField),
    name: nameField,
    optional: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Absence (also of the kind itself) is an answer, not an error',
      }),
    ),
    extract: extractField('object'),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  found: Type.Boolean(),
  object: anyJson('The object without managedFields, data of Secrets as digests; null when absent'),
  values: extractedValues,
  secretValues: extractedSecretValues,
});

export const k8sGet = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.get',
  version: 1,
  summary: 'Reads one object',
  examples: [
    {
      id: 'read-hosted-cluster',
      action: 'k8s.get',
      with: {
        target: 'source',
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'HostedCluster',
        namespace: 'clusters',
        name: 'prod',
        extract: { infraId: 'object.spec.infraID' },
      },
    },
  ],
  params,
  outputs,
  read: pending,
});
