// What a restore would do, for a plan: object by object, on the cluster as it is or as earlier steps will leave it.

import type { Change, DrctlError, Json, Planned, ReadContext } from '../../../engine/index.ts';
import { foreseeKube } from '../../foreseen/kube.ts';
import { judgesOthers } from '../../foreseen/judging.ts';
import type { Consequence, DrPorts, KubeConsequence, KubeReader } from '../../ports.ts';
import { asStored, fieldChanges } from './field-changes.ts';
import { inParallel } from './in-parallel.ts';
import { describeObject, refOf, uidOf } from './objects.ts';
import { decide, refusedOf } from './restore-object.ts';
import type { RestoreDecision } from './restore-object.ts';
import { planRestore } from './restore-plan.ts';
import type { RestoreItem, RestoreParams } from './restore-plan.ts';
import { createTrials, throwRefused } from './trials.ts';
import type { Trial } from './trials.ts';

/** Rejects as planRestore and decide do, and with what the server refuses: all of it at once. */
export async function plannedRestore(
  wanted: RestoreParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<Planned<never, Consequence>> {
  const items = (await planRestore(wanted, kube, ctx)).flat();
  const { fates, notes, warnings } = await fatesOf(wanted, kube, ctx, items);
  throwRefused(fates.flatMap(refusalsOf));
  const changes = fates.flatMap((fate) => changeOf(wanted.target, fate));
  return {
    changes: changes.length > 0 ? changes : [{ kind: 'none', because: 'all of it is there' }],
    observed: fates.flatMap(({ decision }) => {
      if (decision.kind === 'create') return [];
      const object = `${wanted.target}: ${describeObject(decision.present)}`;
      return [{ object, id: uidOf(decision.present), fields: null }];
    }),
    notes,
    warnings,
    consequences: async () => fates.flatMap((fate) => consequencesOf(wanted.target, fate)),
  };
}

interface Fate {
  readonly item: RestoreItem;
  readonly decision: RestoreDecision;
  /** Of what is new. */
  readonly trial: Trial;
}

interface Fates {
  readonly fates: readonly Fate[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** What others are judged by is taken for restored by then: the server cannot try those. */
async function fatesOf(
  wanted: RestoreParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  items: readonly RestoreItem[],
): Promise<Fates> {
  const grounds = await triedFates(wanted, kube, ctx, items.filter(isGround));
  const foreseen = grounds.fates.flatMap((fate) => consequencesOf(wanted.target, fate));
  const rest = items.filter((item) => !isGround(item));
  const others = await triedFates(wanted, foreseeKube(kube, foreseen), ctx, rest);
  const fateOf = new Map([...grounds.fates, ...others.fates].map((fate) => [fate.item, fate]));
  return {
    fates: items.flatMap((item) => fateOf.get(item) ?? []),
    notes: [...grounds.notes, ...others.notes],
    warnings: [...grounds.warnings, ...others.warnings],
  };
}

/** All are decided before any creation is tried: which ones are tried does not depend on which answer came first. */
async function triedFates(
  wanted: RestoreParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  items: readonly RestoreItem[],
): Promise<Fates> {
  const atOnce = wanted.concurrency ?? 8;
  const trials = createTrials(kube, ctx, wanted.target);
  const memory = ctx.earlier ?? { undoEntries: new Map<string, Json>() };
  const deciding = { existing: wanted.existing ?? 'fail', memory, trials };
  const decisions = await inParallel(items, atOnce, async (item) =>
    decide(kube, ctx, { ...deciding, item }),
  );
  const fates = await inParallel(items, atOnce, async (item, index): Promise<Fate> => {
    const decision = decisions[index] as RestoreDecision;
    const isTried = decision.kind === 'create' && item.isComplete;
    const trial: Trial = isTried
      ? await trials.create(item.desired, { comesLater: item.comesLater })
      : { kind: 'untried' };
    return { item, decision, trial };
  });
  return { fates, notes: trials.notes(), warnings: trials.warnings() };
}

function isGround({ desired }: RestoreItem): boolean {
  return judgesOthers(refOf(desired));
}

function refusalsOf({ decision, trial }: Fate): readonly DrctlError[] {
  return trial.kind === 'refused' ? [trial.error] : refusedOf(decision);
}

function consequencesOf(target: string, { item, decision }: Fate): readonly KubeConsequence[] {
  if (decision.kind === 'create') return [{ kind: 'made', target, object: item.desired }];
  if (decision.kind !== 'update') return [];
  const ref = refOf(decision.present);
  return [{ kind: 'changed', target, ref, fields: decision.changes }];
}

function changeOf(target: string, { item: { desired }, decision, trial }: Fate): readonly Change[] {
  const on = { target, object: describeObject(desired) };
  if (decision.kind === 'create') {
    const made = trial.kind === 'accepted' ? asStored(desired, trial.object) : desired;
    return [{ kind: 'create', on, fields: fieldChanges(undefined, made), risk: 'safe' }];
  }
  if (decision.kind !== 'update') return [];
  const { present, after } = decision;
  return [{ kind: 'update', on, fields: fieldChanges(present, after), risk: 'disruptive' }];
}
