// An object without the marks of the server it was on, so that another server, or the same one later, accepts it.

import type { Json } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { groupOf, listAt } from './objects.ts';

const serverFields = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'ownerReferences',
]);

/** Finalizers stay: they are what keeps an object from being deleted too early on the other side too. */
export function sanitized(object: KubeObject): KubeObject {
  const { status: _status, ...content } = object;
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([field]) => !serverFields.has(field)),
  );
  return {
    ...content,
    ...withoutAssignedFields(object),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, name: object.metadata.name },
  };
}

/** A Namespace's spec holds only its own finalizer; a Service's cluster addresses belong to the other server. */
function withoutAssignedFields(object: KubeObject): { readonly spec?: Json } {
  const { spec } = object;
  if (groupOf(object.apiVersion) !== '' || typeof spec !== 'object' || spec === null) return {};
  if (object.kind === 'Namespace') return { spec: {} };
  if (object.kind !== 'Service' || Array.isArray(spec)) return {};
  const fields = Object.entries(spec).filter(
    ([field, value]) =>
      !(field === 'clusterIP' && value !== 'None') &&
      field !== 'clusterIPs' &&
      field !== 'healthCheckNodePort',
  );
  return { spec: Object.fromEntries(fields) };
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return listAt(object, 'ownerReferences') as unknown as readonly OwnerReference[];
}
