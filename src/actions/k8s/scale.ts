// k8s.scale: replicas of Deployments and StatefulSets, done only when the pods have followed: zero replicas is not
// zero pods, and a snapshot taken while a writer still terminates loses writes.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction, listSome } from '../../engine/index.ts';
import type { Json, ReadContext, WriteContext } from '../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, KubeReader } from '../ports.ts';
import { hasCode } from './support/errors.ts';
import { inParallel } from './support/in-parallel.ts';
import { asJson } from './support/json-tree.ts';
import { describeObject, keyOf, namespaceOf, refOf, uidOf } from './support/objects.ts';
import { lostOrMoved, replicasOf } from './support/scale-record.ts';
import type { ScaleRecord } from './support/scale-record.ts';
import { havePodsFollowed, waitForPods } from './support/pods.ts';
import { refuseLossOfVolumes } from './support/protection.ts';
import { throwConflicts } from './support/revert.ts';
import { changeOf, consequencesOf, tryScaling } from './support/scale-change.ts';
import { notesOf, setReplicas, takeReplicasBack } from './support/scale-note.ts';
import type { ReplicaCount } from './support/scale-note.ts';
import { scalePermissions } from './support/scale-permissions.ts';
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
    leaveNote: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Write on the workload itself, in the annotation drctl.dev/scaled, which run scaled it and from how many; it goes with the undo. drctl cleanup --runbook puts the workload back by it when the run’s state is lost',
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
  permissions: scalePermissions,
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const workloads = await workloadsOf(wanted, kube, ctx);
    refuseLossOfVolumes(workloads, wanted.replicas);
    const followed = await inParallel(workloads, callsAtOnce, async (workload) =>
      wanted.waitForPods === false ? true : havePodsFollowed(kube, ctx, workload, wanted.replicas),
    );
    const { notes, warnings } = await tryScaling(wanted, kube, ctx, workloads);
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
      notes: [...workloads.flatMap((workload) => notesOf(workload, ctx.run.id)), ...notes],
      warnings,
      consequences: async () => {
        const left = await inParallel(workloads, callsAtOnce, async (workload) =>
          consequencesOf(wanted, kube, ctx, workload),
        );
        return left.flat();
      },
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
    const others = workloads.filter((workload) => replicasOf(workload) !== wanted.replicas);
    await inParallel(others, callsAtOnce, async (workload) =>
      setReplicas(kube, ctx, refOf(workload), countOf(wanted, ctx, workload)),
    );
    // All of them at once: pods that end side by side take as long as the slowest, not as long as all together.
    if (wanted.waitForPods !== false) {
      await inParallel(workloads, workloads.length, async (workload) =>
        followPods(kube, ctx, workload, countOf(wanted, ctx, workload)),
      );
    }
    return scaledOf(workloads, wanted.replicas, ctx.undoEntries);
  },
  probe: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const workloads = await workloadsOf(wanted, kube, ctx).catch((error: unknown) => {
      if (hasCode(error, 'CLIENT_NOT_FOUND')) return undefined;
      throw error;
    });
    const lost = await lostOrMoved(wanted.replicas, kube, ctx);
    if (lost !== undefined) return { found: 'unclear', because: lost };
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
          conflicts.push(
            `${describeObject(workload)} has ${counted(now, 'replica')}, not ${record.after}`,
          );
          continue;
        }
        const { before } = record;
        const asWhole = wanted.leaveNote === true;
        const back = { run: ctx.run.id, before, asWhole, signal: ctx.signal };
        await takeReplicasBack(kube, workload, back);
        if (wanted.undoWaits === true)
          await waitForPods(kube, ctx, workload, { replicas: record.before });
      }
      throwConflicts(conflicts);
    },
  },
});

type Params = Static<typeof params>;

const callsAtOnce = 8;
const maxResets = 20;

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
  const what = missing.length > 0 ? `is named ${listSome(missing)}` : 'is selected';
  throw new DrctlError('CLIENT_NOT_FOUND', `No ${place} ${what}`, {
    hint: 'Where that is fine, say missing: ignore',
  });
}

/** What to write, and with which note. */
function countOf(
  { replicas, leaveNote }: Params,
  { undoEntries }: WriteContext<DrPorts>,
  workload: KubeObject,
): ReplicaCount {
  return leaveNote === true ? { replicas, before: beforeOf(undoEntries, workload) } : { replicas };
}

/** What this step recorded first; otherwise what is there. */
function beforeOf(entries: ReadonlyMap<string, Json>, workload: KubeObject): number {
  const record = entries.get(keyOf(refOf(workload))) as ScaleRecord | undefined;
  return record?.before ?? replicasOf(workload);
}

function recordOf(wanted: Params, workload: KubeObject): UndoRecord {
  const record: ScaleRecord = {
    ref: refOf(workload),
    before: replicasOf(workload),
    after: wanted.replicas,
  };
  return { key: keyOf(refOf(workload)), value: asJson(record), isSecret: false };
}

/**
 * A controller that is being stopped in the same step may set a count back with its last breath: it is set again. One
 * that keeps on doing it is not being stopped.
 */
async function followPods(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  workload: KubeObject,
  count: ReplicaCount,
): Promise<void> {
  const { replicas } = count;
  let resets = 0;
  const isHeld = async (): Promise<boolean> => {
    const present = await kube.get(refOf(workload), ctx.signal);
    if (present === undefined || replicasOf(present) === replicas) return true;
    resets += 1;
    if (resets > maxResets) {
      throw new DrctlError(
        'CLIENT_CONFLICT',
        `${describeObject(workload)} was set back to ${counted(replicasOf(present), 'replica')} ${maxResets} times`,
        { hint: 'Stop or pause the controller that owns it first' },
      );
    }
    await setReplicas(kube, ctx, refOf(workload), count);
    return false;
  };
  do await waitForPods(kube, ctx, workload, { replicas, onWorkloadChanged: isHeld });
  while (!(await isHeld()));
}

function scaledOf(
  workloads: readonly KubeObject[],
  replicas: number,
  entries: ReadonlyMap<string, Json>,
): Static<typeof outputs> {
  const scaled = workloads.map((workload) => {
    return {
      kind: workload.kind,
      namespace: namespaceOf(workload) ?? '',
      name: workload.metadata.name,
      before: beforeOf(entries, workload),
      after: replicas,
    };
  });
  return { scaled };
}
