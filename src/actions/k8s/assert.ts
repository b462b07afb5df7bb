// k8s.assert: something that must be true of a cluster. Mostly a precondition or a guard; it never writes.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, DrctlError, defineReadAction, listSome } from '../../engine/index.ts';
import type { Json, ReadContext } from '../../engine/index.ts';
import type { DrPorts, KubeObject } from '../ports.ts';
import { checkKinds, checkPermissions, inVersionsOf } from './support/assert-access.ts';
import { hasCode } from './support/errors.ts';
import { explainAssertion, listed, namesFor } from './support/explain-assertion.ts';
import type { Found } from './support/explain-assertion.ts';
import { describeObject } from './support/objects.ts';
import { mayReadOthers, othersField, readOthers } from './support/other-objects.ts';
import {
  describeSelection,
  missingNames,
  selectObjects,
  selectionOf,
} from './support/selection.ts';
import type { Selection } from './support/selection.ts';
import { maySelect, selectedPlaces } from './support/permissions.ts';
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
          'Must be true: over `object` with `name` (null when optional and absent), else over `objects`; and over `others`',
      }),
    ),
    others: othersField,
    serves: Type.Optional(
      Type.Array(
        Type.Object({
          apiVersion: apiVersionField,
          kind: kindField,
          versionOf: Type.Optional(
            Type.String({
              ...kubeTarget,
              description:
                'With group/*: the version that this other target prefers must be served, since its objects are exported in it',
            }),
          ),
        }),
        { description: 'Kinds that the server must serve; no selection is given then' },
      ),
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
      id: 'as-many-as-on-the-source',
      action: 'k8s.assert',
      with: {
        target: 'destination',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'hypershift',
        name: 'external-dns',
        others: {
          source: {
            target: 'source',
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            namespace: 'hypershift',
            name: 'external-dns',
          },
        },
        that: 'object.spec.replicas == others.source.spec.replicas',
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
  // Whoever is known to the server may ask what it serves and what they may do there.
  permissions: (wanted) => {
    const { target, apiVersion, kind } = wanted;
    if (apiVersion === undefined || kind === undefined) return { carryOut: [] };
    const places = selectedPlaces({ target, apiVersion, kind }, wanted);
    return { carryOut: [...maySelect(wanted, places), ...mayReadOthers(wanted.others)] };
  },
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
  const kinds = await inVersionsOf(wanted.serves ?? [], ctx.readers.kube, ctx.signal);
  await checkKinds(kube, kinds, ctx.signal);
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
  const others = await readOthers(wanted.others ?? {}, ctx);
  if (wanted.that !== undefined) checkThat(wanted.that, selection, objects, { others, ctx });
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
    const shown = listed(objects.map(describeObject));
    throw failed(`${subject}: must not exist, but found ${objects.length}${shown}`);
  }
  if (presence !== 'required') return;
  const missing = missingNames(selection, objects);
  if (missing.length > 0) throw failed(`${subject}: ${listSome(missing)} not found`);
  if (objects.length === 0) throw failed(`${subject}: found none`);
}

function checkThat(
  that: string,
  selection: Selection,
  objects: readonly KubeObject[],
  seeing: { readonly others: Readonly<Record<string, Found>>; readonly ctx: ReadContext<DrPorts> },
): void {
  const single = selection.name !== undefined;
  const seen = { that, single, objects, ...seeing };
  const subject = describeSelection(selection);
  let answer: Json;
  try {
    answer = seeing.ctx.evaluate(that, namesFor(seen));
  } catch (error) {
    if (!hasCode(error, 'VALUE_UNRESOLVED')) throw error;
    const because = error.message.replace(/^.* cannot be evaluated: /s, '');
    const explained = explainAssertion({ ...seen, outcome: { because } });
    throw new DrctlError('ASSERTION_FAILED', `${subject}: ${explained}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
  if (answer === true) return;
  throw failed(`${subject}: ${explainAssertion({ ...seen, outcome: { answer } })}`);
}

function failed(message: string): DrctlError {
  return new DrctlError('ASSERTION_FAILED', message);
}
