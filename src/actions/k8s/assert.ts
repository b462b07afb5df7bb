// k8s.assert: something that must be true of a cluster. Mostly a precondition or a guard; it never writes.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, DrctlError, defineReadAction } from '../../engine/index.ts';
import type { Json, JsonObject, ReadContext } from '../../engine/index.ts';
import type { DrPorts, KubeObject } from '../ports.ts';
import { checkKinds, checkPermissions } from './support/assert-access.ts';
import { hasCode } from './support/errors.ts';
import { isJsonObject, showPath, valueAt } from './support/json-tree.ts';
import { describeObject, shownObject, withoutManagedFields } from './support/objects.ts';
import {
  describeSelection,
  missingNames,
  selectObjects,
  selectionOf,
} from './support/selection.ts';
import type { Selection } from './support/selection.ts';
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
  read,
  // As a step, it speaks of the world as it will be by then: the plan says how it is now.
  plan: async (wanted, ctx) => {
    try {
      await read(wanted, ctx);
      return { changes: [{ kind: 'none', because: 'holds now' }] };
    } catch (error) {
      if (!hasCode(error, 'ASSERTION_FAILED', 'CLIENT_NOT_FOUND')) throw error;
      return {
        changes: [{ kind: 'none', because: 'does not hold now' }],
        notes: [`Does not hold now: ${error.message}`],
      };
    }
  },
});

type Params = Static<typeof params>;

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Static<typeof outputs>> {
  const kube = await ctx.readers.kube(wanted.target);
  await checkKinds(kube, wanted.serves ?? [], ctx.signal);
  await checkPermissions(kube, wanted.may ?? [], ctx.signal);
  if (wanted.apiVersion === undefined || wanted.kind === undefined) {
    if (wanted.serves !== undefined || wanted.may !== undefined) return { found: 0 };
    throw new DrctlError('PARAMS_INVALID', 'Nothing is asserted', {
      hint: 'Give apiVersion, kind and a selection, or serves, or may',
    });
  }
  const kind = { apiVersion: wanted.apiVersion, kind: wanted.kind };
  const selection = selectionOf(kind, wanted);
  const objects = await selected(selection, wanted, ctx);
  checkPresence(selection, objects, wanted.presence ?? 'required');
  if (wanted.that !== undefined) checkThat(wanted.that, selection, objects, ctx);
  return { found: objects.length };
}

async function selected(
  selection: Selection,
  wanted: Params,
  ctx: ReadContext<DrPorts>,
): Promise<readonly KubeObject[]> {
  try {
    return await selectObjects(await ctx.readers.kube(wanted.target), ctx, selection);
  } catch (error) {
    if (!hasCode(error, 'CLIENT_NOT_FOUND')) throw error;
    return [];
  }
}

function checkPresence(
  selection: Selection,
  objects: readonly KubeObject[],
  presence: string,
): void {
  const subject = describeSelection(selection);
  if (presence === 'forbidden' && objects.length > 0) {
    const shown = objects.slice(0, maxShown).map(describeObject).join(', ');
    throw failed(`${subject}: must not exist, but found ${objects.length}: ${shown}`);
  }
  if (presence !== 'required') return;
  const missing = missingNames(selection, objects);
  if (missing.length > 0) throw failed(`${subject}: ${missing.join(', ')} not found`);
  if (objects.length === 0) throw failed(`${subject}: found none`);
}

function checkThat(
  that: string,
  selection: Selection,
  objects: readonly KubeObject[],
  ctx: ReadContext<DrPorts>,
): void {
  const single = selection.name !== undefined;
  const plain = objects.map(withoutManagedFields);
  const names: JsonObject = single ? { object: plain[0] ?? null } : { objects: plain };
  const subject = describeSelection(selection);
  let answer: Json;
  try {
    answer = ctx.evaluate(that, names);
  } catch (error) {
    if (!hasCode(error, 'VALUE_UNRESOLVED')) throw error;
    throw new DrctlError('ASSERTION_FAILED', `${subject}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
  if (answer === true) return;
  const shown = objects.slice(0, maxShown).map(shownObject);
  const found = single
    ? fieldsNamed(that, 'object', shown[0])
    : [`${objects.length} objects: ${shown.map(describeObject).join(', ')}`];
  const because = found.length === 0 ? '' : `; ${found.join(', ')}`;
  throw failed(`${subject}: expected ${that}, which is ${JSON.stringify(answer)}${because}`);
}

const maxShown = 5;
const maxShownLength = 200;

/** The fields that the expression names, with the values found: "object.spec.pausedUntil is absent". */
function fieldsNamed(
  that: string,
  root: string,
  object: KubeObject | undefined,
): readonly string[] {
  if (object === undefined) return [`${root} is absent`];
  const paths = new Set(
    [...that.matchAll(/\bobject((?:\.[A-Za-z_]\w*)+)(?!\w*\()/g)].map((match) => match[1] ?? ''),
  );
  return [...paths].slice(0, maxShown).map((dotted) => {
    const path = dotted.slice(1).split('.');
    const value = valueAt(object, path);
    const text = value === undefined ? 'absent' : JSON.stringify(value);
    const isLong = text.length > maxShownLength || isJsonObject(value);
    return `${root}.${showPath(path)} is ${isLong ? `${text.slice(0, maxShownLength)}…` : text}`;
  });
}

function failed(message: string): DrctlError {
  return new DrctlError('ASSERTION_FAILED', message);
}
