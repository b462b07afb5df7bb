// k8s.scale: replicas of Deployments and StatefulSets, done only when the pods have followed: zero replicas is not
// zero pods, and a snapshot taken while a writer still terminates loses writes.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineAction } from '../../engine/index.ts';
import type { Change, Json, ReadContext, WriteContext } from '../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, KubeReader, ObjectRef } from '../ports.ts';
import { hasCode } from './support/errors.ts';
import { inParallel } from './support/in-parallel.ts';
import { asJson, valueAt } from './support/json-tree.ts';
import { describeObject, keyOf, namespaceOf, refOf, uidOf } from './support/objects.ts';
import { havePodsFollowed, waitForPods } from './support/pods.ts';
import { throwConflicts } from './support/revert.ts';
import { missingNames, selectObjects, selectionOf } from './support/selection.ts';
import { recordBefore } from './support/undo-records.ts';
import type { UndoRecord } from './support/undo-records.ts';
import { kubeTarget, namespaceField, selectionFields } from './support/schemas.ts';

const workloadKind = Type.Enum(['Deployment', 'StatefulSet']);

const params = Type.Object(
  {
    target: kubeTarget,
    kind: Type.Optional(workloadKind),
    kinds: Type.Optional(
      Type.Array(workloadKind, {
        description: 'Both, when neither kind nor kinds is given',
        minItems: 1,
      }),
    ),
    namespace: namespaceField,
    ...selectionFields,
    replicas: Type.Integer({ minimum: 0 }),
    missing: Type.Optional(
      Type.Enum(['fail', 'ignore'], {
        default: 'fail',
        description: 'When a named workload is absent, or a selection finds none',
      }),
    ),
    waitForPods: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Wait until surplus pods are gone, or until all pods are ready',
      }),
    ),
    undoWaits: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Undo waits for ready pods too',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  scaled: Type.Array(
    Type.Object({
      kind: Type.String(),
      namespace: Type.String(),
      name: Type.String(),
      before: Type.Integer(),
      after: Type.Integer(),
    }),
  ),
});

export const k8sScale = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.scale',
  version: 1,
  effect: 'change',
  summary: 'Scales Deployments and StatefulSets and waits for their pods',
  description:
    'A HorizontalPodAutoscaler on a workload scales it back (except from zero): remove or patch it first.',
  examples: [
    {
      id: 'stop-writers',
      action: 'k8s.scale',
      with: {
        target: 'source',
        kind: 'Deployment',
        namespace: 'clusters-prod',
        names: ['kube-apiserver', 'openshift-apiserver', 'openshift-oauth-apiserver'],
        replicas: 0,
      },
    },
  ],
  params,
  outputs,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const workloads = await workloadsOf(wanted, kube, ctx);
    refuseLossOfVolumes(workloads, wanted.replicas);
    const followed = await inParallel(workloads, waitsAtOnce, async (workload) =>
      wanted.waitForPods === false ? true : havePodsFollowed(kube, ctx, workload, wanted.replicas),
    );
    const changes = workloads.flatMap((workload, index) =>
      changeOf(wanted, workload, followed[index] === true),
    );
    return {
      changes: changes.length > 0 ? changes : [{ kind: 'none', because: 'already at that count' }],
      observed: workloads.map((workload) => ({
        object: `${wanted.target}: ${describeObject(workload)}`,
        id: uidOf(workload),
        fields: { replicas: replicasOf(workload) },
      })),
    };
  },
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const workloads = await workloadsOf(wanted, kube, ctx);
    refuseLossOfVolumes(workloads, wanted.replicas);
    await recordBefore(
      ctx,
      workloads.map((workload) => recordOf(wanted, workload)),
    );
    await inParallel(workloads, waitsAtOnce, async (workload) => {
      if (replicasOf(workload) !== wanted.replicas) {
        await setReplicas(kube, ctx, refOf(workload), wanted.replicas);
      }
      if (wanted.waitForPods !== false) {
        await followPods(kube, ctx, workload, wanted.replicas);
      }
    });
    return scaledOf(workloads, wanted.replicas, ctx.undoEntries);
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const workloads = await workloadsOf(wanted, kube, ctx).catch((error: unknown) => {
      if (hasCode(error, 'CLIENT_NOT_FOUND')) return undefined;
      throw error;
    });
    if (workloads === undefined) return { found: 'not-done' };
    for (const workload of workloads) {
      const isScaled = replicasOf(workload) === wanted.replicas;
      const isDone =
        isScaled &&
        (wanted.waitForPods === false ||
          (await havePodsFollowed(kube, ctx, workload, wanted.replicas)));
      if (!isDone) return { found: 'not-done' };
    }
    return { found: 'done', outputs: scaledOf(workloads, wanted.replicas, ctx.undoEntries) };
  },
  undo: {
    possible: true,
    run: async ({ params: wanted, entries }, ctx) => {
      const kube = await ctx.clients.kube(wanted.target);
      const conflicts: string[] = [];
      for (const entry of [...entries.values()].toReversed()) {
        const record = entry as unknown as ScaleRecord;
        const workload = await kube.get(record.ref, ctx.signal);
        if (workload === undefined) continue;
        const now = replicasOf(workload);
        if (now !== record.after && now !== record.before) {
          conflicts.push(`${describeObject(workload)} has ${now} replicas, not ${record.after}`);
          continue;
        }
        if (now !== record.before) await setReplicas(kube, ctx, record.ref, record.before);
        if (wanted.undoWaits === true)
          await waitForPods(kube, ctx, workload, { replicas: record.before });
      }
      throwConflicts(conflicts);
    },
  },
});

type Params = Static<typeof params>;

interface ScaleRecord {
  readonly ref: ObjectRef;
  readonly before: number;
  readonly after: number;
}

const waitsAtOnce = 8;
const maxResets = 20;

function replicasOf(workload: KubeObject): number {
  const replicas = valueAt(workload, ['spec', 'replicas']);
  // The API server's default, where the field is absent.
  return typeof replicas === 'number' ? replicas : 1;
}

/** CLIENT_NOT_FOUND for what is missing, where that is not to be ignored. Each name must be found once over all kinds. */
async function workloadsOf(
  wanted: Params,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<readonly KubeObject[]> {
  const kinds =
    wanted.kinds ?? (wanted.kind === undefined ? ['Deployment', 'StatefulSet'] : [wanted.kind]);
  const selections = kinds.map((kind) => selectionOf({ apiVersion: 'apps/v1', kind }, wanted));
  const found: KubeObject[] = [];
  for (const selection of selections) found.push(...(await selectObjects(kube, ctx, selection)));
  const [first] = selections;
  if (wanted.missing === 'ignore' || first === undefined) return found;
  const missing = missingNames(first, found);
  if (missing.length === 0 && found.length > 0) return found;
  const place = `${kinds.join(' or ')} in ${wanted.namespace}`;
  const what = missing.length > 0 ? `is named ${missing.join(', ')}` : 'is selected';
  throw new DrctlError('CLIENT_NOT_FOUND', `No ${place} ${what}`, {
    hint: 'Where that is fine, say missing: ignore',
  });
}

/** Scaling such a StatefulSet down deletes its volumes with the data in them. */
function refuseLossOfVolumes(workloads: readonly KubeObject[], replicas: number): void {
  const losing = workloads.find(
    (workload) =>
      replicas < replicasOf(workload) &&
      valueAt(workload, ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled']) ===
        'Delete',
  );
  if (losing === undefined) return;
  throw new DrctlError(
    'PROTECTED',
    `Scaling ${describeObject(losing)} down would delete its volumes: its persistentVolumeClaimRetentionPolicy.whenScaled is Delete`,
    { hint: 'Set whenScaled to Retain first, and make sure that no controller sets it back' },
  );
}

function changeOf(wanted: Params, workload: KubeObject, followed: boolean): readonly Change[] {
  const before = replicasOf(workload);
  const on = { target: wanted.target, object: describeObject(workload) };
  const risk = wanted.replicas < before ? 'disruptive' : 'safe';
  if (before !== wanted.replicas) {
    const fields = [{ path: 'spec.replicas', before, after: wanted.replicas }];
    return [{ kind: 'update', on, fields, risk }];
  }
  return followed ? [] : [{ kind: 'run', on, summary: 'wait for its pods', risk: 'safe' }];
}

function recordOf(wanted: Params, workload: KubeObject): UndoRecord {
  const record: ScaleRecord = {
    ref: refOf(workload),
    before: replicasOf(workload),
    after: wanted.replicas,
  };
  return { key: keyOf(refOf(workload)), value: asJson(record), isSecret: false };
}

async function setReplicas(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  ref: ObjectRef,
  replicas: number,
): Promise<void> {
  await kube.patch(ref, { type: 'merge', patch: { spec: { replicas } }, signal: ctx.signal });
}

/**
 * A controller that is being stopped in the same step may set a count back with its last breath: it is set again. One
 * that keeps on doing it is not being stopped.
 */
async function followPods(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  workload: KubeObject,
  replicas: number,
): Promise<void> {
  let resets = 0;
  const isHeld = async (): Promise<boolean> => {
    const present = await kube.get(refOf(workload), ctx.signal);
    if (present === undefined || replicasOf(present) === replicas) return true;
    resets += 1;
    if (resets > maxResets) {
      throw new DrctlError(
        'CLIENT_CONFLICT',
        `${describeObject(workload)} was set back to ${replicasOf(present)} replicas ${maxResets} times`,
        { hint: 'Stop or pause the controller that owns it first' },
      );
    }
    await setReplicas(kube, ctx, refOf(workload), replicas);
    return false;
  };
  do await waitForPods(kube, ctx, workload, { replicas, onWaiting: isHeld });
  while (!(await isHeld()));
}

function scaledOf(
  workloads: readonly KubeObject[],
  replicas: number,
  entries: ReadonlyMap<string, Json>,
): Static<typeof outputs> {
  const scaled = workloads.map((workload) => {
    const record = entries.get(keyOf(refOf(workload))) as ScaleRecord | undefined;
    return {
      kind: workload.kind,
      namespace: namespaceOf(workload) ?? '',
      name: workload.metadata.name,
      before: record?.before ?? replicasOf(workload),
      after: replicas,
    };
  });
  return { scaled };
}
