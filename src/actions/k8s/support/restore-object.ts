// One object of a restore: what is there, whose it is, and what has to be done about it.

import { DrctlError, listSome } from '../../../engine/index.ts';
import type { Json, JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { objectChanges } from './field-changes.ts';
import { isJsonObject, showPath, valueAt, withValueAt } from './json-tree.ts';
import type { Path, TreeChange } from './json-tree.ts';
import { describeObject, isNamespace, keyOf, refOf, uidOf } from './objects.ts';
import { differingFields } from './restore-plan.ts';
import type { RestoreItem } from './restore-plan.ts';
import type { Trial, Trials } from './trials.ts';

/** On everything that a restore makes: the step's token, by which a later attempt and the undo know it again. */
const restoredBy = 'drctl.dev/restored-by';

/** Keys of the identities of what was created, beside the keys of the objects. */
export const uidPrefix = 'uid of ';
/** Keys of the fields that were replaced in what existed. */
export const fieldsPrefix = 'fields of ';

export type RestoreDecision =
  | { readonly kind: 'create' }
  /** Made by an earlier attempt, whole: creation is one request. Controllers may have gone on with it since. */
  | { readonly kind: 'made'; readonly present: KubeObject }
  | { readonly kind: 'keep'; readonly present: KubeObject }
  | {
      readonly kind: 'update';
      readonly present: KubeObject;
      /** The merge patch that does it, and what the object becomes by it. */
      readonly patch: JsonObject;
      readonly after: KubeObject;
      readonly changes: readonly TreeChange[];
      readonly refused?: DrctlError;
    };

export interface StepMemory {
  readonly token?: string;
  readonly undoEntries: ReadonlyMap<string, Json>;
}

export interface Deciding {
  readonly item: RestoreItem;
  readonly existing: string;
  readonly memory: StepMemory;
  readonly trials: Trials;
}

/** CLIENT_CONFLICT when something else is in the place. */
export async function decide(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  { item, existing, memory, trials }: Deciding,
): Promise<RestoreDecision> {
  const { desired } = item;
  const present = await kube.get(refOf(desired), ctx.signal);
  if (present === undefined) return { kind: 'create' };
  if (isMadeBy(memory, present)) return { kind: 'made', present };
  if (present.metadata['deletionTimestamp'] !== undefined) {
    throw new DrctlError('CLIENT_CONFLICT', `${describeObject(present)} is being deleted there`, {
      retryable: true,
    });
  }
  if (isNamespace(present) || existing === 'keep') return { kind: 'keep', present };
  const differing = differingFields(desired, present).filter(
    (path) => !['apiVersion', 'kind'].includes(showPath(path)),
  );
  if (differing.length === 0) return { kind: 'keep', present };
  if (existing === 'update') return updateOf(item, present, differing, trials);
  throw new DrctlError(
    'CLIENT_CONFLICT',
    `${describeObject(present)} exists there already and differs in ${listSome(differing.map(showPath))}`,
    {
      hint: 'What an earlier run has restored goes by its rollback (drctl status), never by hand: finalizers may end what is behind it. To go on with what is there, say existing: keep or existing: update',
    },
  );
}

export function refusedOf(decision: RestoreDecision): readonly DrctlError[] {
  return decision.kind === 'update' && decision.refused !== undefined ? [decision.refused] : [];
}

/** By the identity that was recorded, or by the mark where a crash came before that. */
export function isMadeBy(memory: StepMemory, present: KubeObject): boolean {
  const uid = memory.undoEntries.get(`${uidPrefix}${keyOf(refOf(present))}`);
  if (uid !== undefined) return uid === uidOf(present);
  const annotations = present.metadata['annotations'];
  return (
    memory.token !== undefined &&
    isJsonObject(annotations) &&
    annotations[restoredBy] === memory.token
  );
}

/** By any step of any run: the mark is there. */
export function isRestored(present: KubeObject): boolean {
  return valueAt(present, ['metadata', 'annotations', restoredBy]) !== undefined;
}

/** What the server makes of it counts: values that only read otherwise are no change. */
async function updateOf(
  { desired, onlyAtCreation, isComplete, comesLater }: RestoreItem,
  present: KubeObject,
  differing: readonly Path[],
  trials: Trials,
): Promise<RestoreDecision> {
  const fixed = new Set(onlyAtCreation.map(showPath));
  const wanted = differing
    .filter((path) => !fixed.has(showPath(path)))
    .map((path): TreeChange => {
      const before = valueAt(present, path);
      const after = valueAt(desired, path) ?? null;
      return { path, after, ...(before === undefined ? {} : { before }) };
    });
  if (wanted.length === 0) return { kind: 'keep', present };
  const patch = updatePatch(present, wanted);
  const trial: Trial = isComplete
    ? await trials.patch(present, { type: 'merge', patch, comesLater })
    : { kind: 'untried' };
  if (trial.kind === 'accepted') {
    const { before = present, object } = trial;
    const changes = objectChanges(before, object);
    if (changes.length === 0) return { kind: 'keep', present: before };
    return { kind: 'update', present: before, patch, after: object, changes };
  }
  const after = wanted.reduce(
    (object, change) => withValueAt(object, change.path, change.after ?? null),
    present,
  );
  const refused = trial.kind === 'refused' ? { refused: trial.error } : {};
  return { kind: 'update', present, patch, after, changes: wanted, ...refused };
}

/** A merge patch that sets the fields, and only on this very object. */
function updatePatch(present: KubeObject, changes: readonly TreeChange[]): JsonObject {
  let patch: JsonObject = { metadata: { uid: uidOf(present) } };
  for (const { path, after } of changes) patch = withValueAt(patch, path, after ?? null);
  return patch;
}

export function markedObject(
  desired: KubeObject,
  token: string,
  owners: readonly Json[],
): KubeObject {
  const { annotations } = desired.metadata;
  const metadata = {
    ...desired.metadata,
    annotations: { ...(isJsonObject(annotations) ? annotations : {}), [restoredBy]: token },
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
  };
  return { ...desired, metadata };
}
