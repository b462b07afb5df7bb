// What a run keeps scaled: a person who finds an operator at zero must be able to see who holds it there, and at how many
// it was. From the journal alone, so it can be told while the cluster does not answer.

import type { InstanceState, Json, JsonObject, RunState } from '../engine/index.ts';

export interface HeldReplicas {
  /** The instance that scaled it last. */
  readonly step: string;
  readonly target: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** Before the run first scaled it. */
  readonly before: number;
}

const actionName = 'k8s.scale';

/**
 * In the order in which they were first scaled. What a later step of the run scaled back is not held any more.
 * `isPart`: the run ended before its runbook did, so nothing has taken the place of what it scaled down.
 */
export function heldReplicas(state: RunState, isPart: boolean): readonly HeldReplicas[] {
  if (state.outcome === 'succeeded' && !isPart) return [];
  const held = new Map<string, HeldReplicas>();
  for (const id of state.startOrder) {
    const instance = state.instances.get(id);
    if (instance === undefined || !isInForce(instance)) continue;
    for (const entry of instance.undoEntries.values()) {
      const one = readEntry(instance, entry);
      if (one === undefined) continue;
      const object = JSON.stringify([one.target, one.kind, one.namespace, one.name]);
      held.set(object, { ...one, before: held.get(object)?.before ?? one.before });
    }
  }
  return [...held.values()].filter(({ replicas, before }) => replicas !== before);
}

function isInForce({ action, begun, status }: InstanceState): boolean {
  return action === actionName && begun && status !== 'undone' && status !== 'not-undoable';
}

/** What k8s.scale records: { ref, before, after }. Undefined for one that was sealed because it holds a secret. */
function readEntry(instance: InstanceState, entry: Json): HeldReplicas | undefined {
  const record = asObject(entry);
  const ref = asObject(record?.['ref']);
  const target = instance.params?.['target'];
  const [before, replicas] = [record?.['before'], record?.['after']];
  const [kind, namespace, name] = [ref?.['kind'], ref?.['namespace'], ref?.['name']];
  if (typeof target !== 'string' || typeof kind !== 'string') return undefined;
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  if (typeof before !== 'number' || typeof replicas !== 'number') return undefined;
  return { step: instance.id, target, kind, namespace, name, replicas, before };
}

function asObject(value: Json | undefined): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject;
}
