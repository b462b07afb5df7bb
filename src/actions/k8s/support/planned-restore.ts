// What a restore would do, for a plan: object by object, on the cluster as it is or as earlier steps will leave it.

import type { Change, Json, Planned, ReadContext } from '../../../engine/index.ts';
import type { Consequence, DrPorts, KubeReader } from '../../ports.ts';
import { fieldChanges } from './field-changes.ts';
import { inParallel } from './in-parallel.ts';
import { withValueAt } from './json-tree.ts';
import { describeObject, refOf, uidOf } from './objects.ts';
import { decide } from './restore-object.ts';
import type { RestoreDecision } from './restore-object.ts';
import { planRestore } from './restore-plan.ts';
import type { RestoreItem, RestoreParams } from './restore-plan.ts';

/** Rejects as planRestore and decide do. */
export async function plannedRestore(
  wanted: RestoreParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<Planned<never, Consequence>> {
  const items = (await planRestore(wanted, kube, ctx)).flat();
  const memory = ctx.earlier ?? { undoEntries: new Map<string, Json>() };
  const existing = wanted.existing ?? 'fail';
  const decisions = await inParallel(items, wanted.concurrency ?? 8, async (item) =>
    decide(kube, ctx, { item, existing, memory }),
  );
  const changes = items.flatMap((item, index) =>
    changeOf(wanted.target, item, decisions[index] as RestoreDecision),
  );
  return {
    changes: changes.length > 0 ? changes : [{ kind: 'none', because: 'all of it is there' }],
    observed: items.flatMap((_, index) => {
      const decision = decisions[index];
      if (decision === undefined || decision.kind === 'create') return [];
      const object = `${wanted.target}: ${describeObject(decision.present)}`;
      return [{ object, id: uidOf(decision.present), fields: null }];
    }),
    consequences: async () =>
      items.flatMap((item, index) =>
        consequencesOf(wanted.target, item, decisions[index] as RestoreDecision),
      ),
  };
}

function consequencesOf(
  target: string,
  { desired }: RestoreItem,
  decision: RestoreDecision,
): readonly Consequence[] {
  if (decision.kind === 'create') return [{ kind: 'made', target, object: desired }];
  if (decision.kind !== 'update') return [];
  const ref = refOf(decision.present);
  return [{ kind: 'changed', target, ref, fields: decision.changes }];
}

function changeOf(
  target: string,
  { desired }: RestoreItem,
  decision: RestoreDecision,
): readonly Change[] {
  const on = { target, object: describeObject(desired) };
  if (decision.kind === 'create') {
    return [{ kind: 'create', on, fields: fieldChanges(undefined, desired), risk: 'safe' }];
  }
  if (decision.kind !== 'update') return [];
  const { present, changes } = decision;
  const after = changes.reduce(
    (object, change) => withValueAt(object, change.path, change.after ?? null),
    present,
  );
  return [{ kind: 'update', on, fields: fieldChanges(present, after), risk: 'disruptive' }];
}
