// What is known of an object's owners. The watched copy may answer "there" or "not known"; that an owner is absent is
// believed only of the server itself, because an owner may be younger than the copy.

import type { Client } from '../../cluster/client.ts';
import type { KubeObject, OwnerReference } from '../../cluster/objects.ts';
import type { Discovered } from './discovery.ts';
import type { Node } from './object-graph.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/**
 * `waiting`: under foreground deletion, it waits for its dependents. `unknown`: its kind is not served, or it cannot own
 * this object; nothing can be said of it, and the object stays.
 */
export type OwnerState = 'there' | 'waiting' | 'absent' | 'unknown';

export type OwnerStates = ReadonlyMap<OwnerReference, OwnerState>;

/** The states that the watched copy knows; an owner that is not in it is missing from the answer. */
export function knownStates(
  { object, resource }: Node,
  byUid: ReadonlyMap<string, Node>,
  discovered: Discovered,
): OwnerStates {
  const states = new Map<OwnerReference, OwnerState>();
  for (const owner of object.metadata.ownerReferences ?? []) {
    const kind = discovered.find(owner.apiVersion, owner.kind);
    if (kind === undefined || (kind.namespaced && !resource.namespaced)) {
      states.set(owner, 'unknown');
      continue;
    }
    const found = byUid.get(owner.uid);
    const namespace = kind.namespaced ? object.metadata.namespace : undefined;
    const isIt =
      found?.resource.kind === owner.kind &&
      found.object.metadata.name === owner.name &&
      found.object.metadata.namespace === namespace;
    if (isIt) states.set(owner, stateOf(found.object));
  }
  return states;
}

/** Asks the server for each owner by its name, and compares the uid. */
export async function askedStates(
  { object, resource }: Node,
  metadata: Client,
  discovered: Discovered,
): Promise<OwnerStates> {
  const states = new Map<OwnerReference, OwnerState>();
  for (const owner of object.metadata.ownerReferences ?? []) {
    const kind = discovered.find(owner.apiVersion, owner.kind);
    if (kind === undefined || (kind.namespaced && !resource.namespaced)) {
      states.set(owner, 'unknown');
      continue;
    }
    const namespace = kind.namespaced ? object.metadata.namespace : undefined;
    const found = await metadata.get(kind, { namespace, name: owner.name });
    states.set(owner, found?.metadata.uid === owner.uid ? stateOf(found) : 'absent');
  }
  return states;
}

function stateOf({ metadata }: KubeObject): OwnerState {
  const isWaiting =
    metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND);
  return isWaiting ? 'waiting' : 'there';
}
