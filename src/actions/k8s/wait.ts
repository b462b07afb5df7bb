// k8s.wait: goes on once a cluster has reached a state. Bounded by the step's timeout; a server that is away for a
// while is waited for, since that is what recoveries are about.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { hasCode, isTransient } from './support/errors.ts';
import { shownObject } from './support/objects.ts';
import { pathVerdict, pollPath } from './support/poll-path.ts';
import { chosen, goalVerdict, objectsNow, queryOf, waitGoal } from './support/wait-goal.ts';
import { watchUntil } from './support/watch-until.ts';
import type { Verdict } from './support/watch-until.ts';
import { may, selectedPlaces, withoutName } from './support/permissions.ts';
import {
  anyJson,
  anyObject,
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
    for: Type.Optional(
      Type.Enum(['present', 'absent', 'condition'], {
        description:
          'present: something is selected; absent: nothing is; condition (the default where `that`, `condition` or `count` is given): these hold',
      }),
    ),
    that: Type.Optional(
      CelExpression({
        description: 'Holds when true: over `object` with `name`, else over `objects`',
      }),
    ),
    condition: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9./-]+(=(True|False|Unknown))?$',
        description:
          'A status condition of every selected object, "Available=True"; counts only once its observedGeneration has caught up, where the kind reports one',
      }),
    ),
    count: Type.Optional(
      Type.Unsafe<number | string>({
        type: ['integer', 'string'],
        minimum: 0,
        'x-drctl': 'cel',
        description:
          'Exactly so many objects are selected (and fulfil `condition`): a number, or CEL',
      }),
    ),
    path: Type.Optional(
      Type.String({ pattern: '^/', description: 'Instead of objects: a path such as /readyz' }),
    ),
    status: Type.Optional(
      Type.Integer({ default: 200, description: 'The HTTP status that `path` must answer' }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  object: Type.Optional(anyJson('With `name`: the object, null when absent')),
  objects: Type.Optional(Type.Array(anyObject('Without `name`: what is selected'))),
  waitedMs: Type.Integer({ minimum: 0 }),
});

export const k8sWait = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.wait',
  version: 1,
  summary: 'Waits until something holds on a cluster',
  examples: [
    {
      id: 'wait-until-available',
      action: 'k8s.wait',
      with: {
        target: 'destination',
        apiVersion: 'hypershift.openshift.io/v1beta1',
        kind: 'HostedCluster',
        namespace: 'clusters',
        name: 'prod',
        condition: 'Available=True',
      },
      timeout: '30m',
    },
    {
      id: 'wait-for-hosted-api',
      action: 'k8s.wait',
      with: { target: 'hosted', path: '/readyz' },
      timeout: '30m',
    },
  ],
  params,
  outputs,
  permissions: (wanted) => {
    const { target, path, apiVersion, kind, name } = wanted;
    if (path !== undefined)
      return { carryOut: [{ system: 'kubernetes', target, verb: 'get', path }] };
    if (apiVersion === undefined || kind === undefined) return { carryOut: [] };
    const places = selectedPlaces({ target, apiVersion, kind }, wanted);
    return {
      carryOut: may(['list', 'watch'], ...(name === undefined ? places.map(withoutName) : places)),
    };
  },
  read,
  // Planning never waits: it says whether it holds now.
  plan: async (wanted, ctx) => {
    const now = await lookOnce(wanted, ctx);
    return now.holds
      ? { changes: [{ kind: 'none', because: 'holds now' }] }
      : {
          changes: [{ kind: 'none', because: 'will be waited for' }],
          notes: [`Does not hold now: ${now.seen}`],
        };
  },
});

type Params = Static<typeof params>;

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Static<typeof outputs>> {
  const startedMs = ctx.monotonicMs();
  const kube = await ctx.readers.kube(wanted.target);
  const waited = () => ({ waitedMs: Math.round(ctx.monotonicMs() - startedMs) });
  if (wanted.path !== undefined) {
    await pollPath(kube, ctx, { path: wanted.path, status: wanted.status ?? 200 });
    return waited();
  }
  const goal = waitGoal(wanted);
  const watched = await watchUntil(kube, ctx, {
    query: queryOf(goal.selection),
    waitingFor: goal.description,
    check: (objects) => goalVerdict(goal, objects, ctx),
  });
  const objects = chosen(goal, watched, ctx).map(shownObject);
  return goal.selection.name === undefined
    ? { objects, ...waited() }
    : { object: objects[0] ?? null, ...waited() };
}

async function lookOnce(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Verdict> {
  const goal = wanted.path === undefined ? waitGoal(wanted) : undefined;
  try {
    const kube = await ctx.readers.kube(wanted.target);
    if (goal !== undefined) {
      return goalVerdict(goal, await objectsNow(kube, ctx, goal.selection), ctx);
    }
    const answer = await kube.raw(wanted.path ?? '/', ctx.signal);
    return pathVerdict(answer.status, wanted.status ?? 200);
  } catch (error) {
    // A target that does not answer yet, or a kind that is not served yet, is what the step will wait for.
    if (!isTransient(error) && !hasCode(error, 'CLIENT_NOT_FOUND', 'TARGET_INVALID')) throw error;
    return { holds: false, seen: error instanceof Error ? error.message : 'no answer' };
  }
}
