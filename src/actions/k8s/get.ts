// k8s.get: one object, for later steps to refer to.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts, ObjectRef } from '../ports.ts';
import { hasCode } from './support/errors.ts';
import { extractValues } from './support/extract.ts';
import { describeRef, shownObject, withoutManagedFields } from './support/objects.ts';
import { may, place } from './support/permissions.ts';
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
    sensitive: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'What is extracted is secret (it is anyway where the kind is Secret)',
      }),
    ),
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
  permissions: (wanted) => ({ carryOut: may(['get'], place(wanted)) }),
  read,
});

type Params = Static<typeof params>;

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Static<typeof outputs>> {
  const ref: ObjectRef = {
    apiVersion: wanted.apiVersion,
    kind: wanted.kind,
    ...(wanted.namespace === undefined ? {} : { namespace: wanted.namespace }),
    name: wanted.name,
  };
  const object = await find(wanted, ref, ctx);
  if (object === undefined && wanted.optional !== true) {
    throw new DrctlError('CLIENT_NOT_FOUND', `${describeRef(ref)} does not exist`);
  }
  const names = { object: object === undefined ? null : withoutManagedFields(object) };
  return {
    found: object !== undefined,
    object: object === undefined ? null : shownObject(object),
    ...(object === undefined
      ? { values: {}, secretValues: {} }
      : extractValues(ctx, wanted.extract, names, wanted)),
  };
}

async function find(wanted: Params, ref: ObjectRef, ctx: ReadContext<DrPorts>) {
  const kube = await ctx.readers.kube(wanted.target);
  try {
    return await kube.get(ref, ctx.signal);
  } catch (error) {
    if (wanted.optional === true && hasCode(error, 'CLIENT_NOT_FOUND')) return undefined;
    throw error;
  }
}
