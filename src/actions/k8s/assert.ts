// k8s.assert: something that must be true of a cluster. Mostly a precondition or a guard; it never writes.

import { Type } from 'typebox';
import { CelExpression, defineReadAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { pending } from './support/pending.ts';
import {
  apiVersionField,
  kindField,
  kubeTarget,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    apiVersion: Type.Optional(apiVersionField),
    kind: Type.Optional(kindField),
    namespace: Type.Optional(namespaceField),
    ...selectionFields,
    presence: Type.Optional(
      Type.Enum(['required', 'optional', 'forbidden'], {
        default: 'required',
        description:
          'required: at least one object is selected (each of `names`); forbidden: none is; optional: either',
      }),
    ),
    that: Type.Optional(
      CelExpression({
        description:
          'Must be true: over `object` with `name` (null when optional and absent), else over `objects`',
      }),
    ),
    serves: Type.Optional(
      Type.Array(Type.Object({ apiVersion: apiVersionField, kind: kindField }), {
        description: 'Kinds that the server must serve; no selection is given then',
      }),
    ),
    may: Type.Optional(
      Type.Array(
        Type.Object({
          verb: Type.String({ examples: ['get', 'patch', 'create'] }),
          apiVersion: apiVersionField,
          kind: kindField,
          namespace: Type.Optional(namespaceField),
          subresource: Type.Optional(Type.String({ examples: ['exec', 'scale'] })),
        }),
        { description: 'What the caller must be allowed to do; no selection is given then' },
      ),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  found: Type.Integer({ minimum: 0, description: 'How many objects the selection matched' }),
});

export const k8sAssert = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.assert',
  version: 1,
  summary: 'Fails unless something holds on a cluster',
  examples: [
    {
      id: 'hosted-cluster-is-paused',
      action: 'k8s.assert',
      with: {
        target: 'source',
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'HostedCluster',
        namespace: 'clusters',
        name: 'prod',
        that: "object.spec.pausedUntil == 'true'",
      },
    },
    {
      id: 'destination-serves-hypershift',
      action: 'k8s.assert',
      with: {
        target: 'destination',
        serves: [{ apiVersion: 'hypershift.openshift.io/v1beta1', kind: 'HostedCluster' }],
      },
    },
  ],
  params,
  outputs,
  read: pending,
});
