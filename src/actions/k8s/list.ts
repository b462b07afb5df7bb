// k8s.list: the objects of a kind, for later steps to refer to or to go through with forEach.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts, KubeObject } from '../ports.ts';
import { hasCode } from './support/errors.ts';
import { extractValues } from './support/extract.ts';
import { shownObject, withoutManagedFields } from './support/objects.ts';
import { requireFound, selectObjects, selectionOf } from './support/selection.ts';
import { may, place } from './support/permissions.ts';
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
  permissions: (wanted) => ({ carryOut: may(['list'], place(wanted)) }),
  read,
});

type Params = Static<typeof params>;

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Static<typeof outputs>> {
  const objects = await find(wanted, ctx);
  requireFound(wanted, objects, wanted.atLeast ?? 0);
  const names = { objects: objects.map(withoutManagedFields) };
  return {
    items: objects.map(shownObject),
    count: objects.length,
    ...extractValues(ctx, wanted.extract, names, wanted),
  };
}

async function find(wanted: Params, ctx: ReadContext<DrPorts>): Promise<readonly KubeObject[]> {
  const kube = await ctx.readers.kube(wanted.target);
  const isWhole = wanted.selector === undefined && wanted.where === undefined;
  try {
    const selection = selectionOf(wanted, { ...wanted, ...(isWhole ? { all: true } : {}) });
    return await selectObjects(kube, ctx, selection);
  } catch (error) {
    if (wanted.optional === true && hasCode(error, 'CLIENT_NOT_FOUND')) return [];
    throw error;
  }
}
