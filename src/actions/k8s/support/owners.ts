// Owner references under new identities: an owner is found by kind and name in the namespace of what it owns. A
// reference to an owner that does not exist there is left out, since the garbage collector would delete the object.

import type { Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { describeObject, describeRef, groupOf, namespaceOf, uidOf } from './objects.ts';
import { ownersOf } from './sanitize.ts';
import type { OwnerReference } from './sanitize.ts';

const absent = 'does not exist there yet';

interface RebuiltOwners {
  readonly owners: readonly Json[];
  /** Sentences about references that were left out. */
  readonly notes: readonly string[];
}

/** `namespaceThere`: where a namespace of the object is on this cluster. */
export async function rebuiltOwners(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  object: KubeObject,
  namespaceThere: (namespace: string) => string,
): Promise<RebuiltOwners> {
  const owners: Json[] = [];
  const notes: string[] = [];
  const namespace = namespaceOf(object);
  const there = namespace === undefined ? undefined : namespaceThere(namespace);
  for (const owner of ownersOf(object)) {
    const found = await findOwner(kube, ctx, owner, there);
    if (typeof found === 'string') {
      notes.push(
        `${describeObject(object)} is restored without its owner ${describeRef(owner)}, which ${found}`,
      );
    } else {
      owners.push({
        ...withoutUndefined(owner),
        apiVersion: found.apiVersion,
        uid: uidOf(found),
      });
    }
  }
  return { owners, notes };
}

/** Why there is none, in words. An owner may be of any kind, also of one that the caller has no business with. */
async function findOwner(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  owner: OwnerReference,
  namespace: string | undefined,
): Promise<KubeObject | string> {
  const group = groupOf(owner.apiVersion);
  const apiVersion = group === '' ? owner.apiVersion : `${group}/*`;
  const resource =
    (await kube.resource({ apiVersion: owner.apiVersion, kind: owner.kind }, ctx.signal)) ??
    (await kube.resource({ apiVersion, kind: owner.kind }, ctx.signal));
  if (resource === undefined) return absent;
  const place = resource.namespaced && namespace !== undefined ? { namespace } : {};
  const ref = { apiVersion: resource.apiVersion, kind: owner.kind, name: owner.name, ...place };
  try {
    return (await kube.get(ref, ctx.signal)) ?? absent;
  } catch (error) {
    if (hasCode(error, 'CLIENT_NOT_FOUND')) return absent;
    if (hasCode(error, 'CLIENT_DENIED')) return 'may not be read there';
    throw error;
  }
}

function withoutUndefined({ controller, blockOwnerDeletion, kind, name }: OwnerReference) {
  return {
    kind,
    name,
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  };
}
