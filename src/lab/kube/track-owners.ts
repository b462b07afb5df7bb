/*
 * Ownership of fields as objects are written: what a writer owns afterwards, and what the server decided
 * itself and nobody owns.
 */
import type { FieldValidation } from './admit-object.ts';
import { timestamp, type Cluster } from './cluster.ts';
import { ownersAfterUpdate, readOwners, writeOwners, type Owner } from './managed-fields.ts';
import { copy, removeAt, valueAt, type JsonObject, type KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import { viewOf } from './type-view.ts';

/** Who writes what, and how. */
export interface WriteRequest {
  readonly type: ResourceType;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly subresource?: string;
  readonly fieldValidation?: FieldValidation;
  /** A patch that is no apply. */
  readonly isPatch?: boolean;
  /** Set by server-side apply, which computes ownership itself. */
  readonly owners?: (result: KubeObject) => readonly Owner[];
}

/** Kinds that keep the status their creator sends: kubelets register nodes with one. */
export const keepsStatusOnCreate = new Set(['/nodes', 'apiregistration.k8s.io/apiservices']);

/** What the server itself decides when an object is created belongs to no manager. */
const decidedByServer: Readonly<Record<string, readonly string[]>> = {
  '/namespaces': ['spec.finalizers', 'spec', 'metadata.labels'],
  'apiextensions.k8s.io/customresourcedefinitions': ['metadata.finalizers'],
  '/services': [
    'spec.clusterIP',
    'spec.clusterIPs',
    'spec.ipFamilies',
    'spec.ipFamilyPolicy',
    'spec.internalTrafficPolicy',
  ],
};

function withoutServerDecisions(
  type: ResourceType,
  object: KubeObject,
  sent: KubeObject,
): KubeObject {
  const own = copy(object);
  for (const path of decidedByServer[type.storageKey] ?? []) {
    if (valueAt(sent, path) === undefined) removeAt(own as JsonObject, path);
  }
  if (type.hasStatus && type.builtin && !keepsStatusOnCreate.has(type.storageKey))
    delete own.status;
  return own;
}

/** Writes the owners into the object's managedFields. Changes its argument. */
export function trackOwners(
  cluster: Cluster,
  request: WriteRequest,
  from: { current: KubeObject } | { sent: KubeObject },
  object: KubeObject,
): void {
  const isNew = 'sent' in from;
  const before = isNew ? undefined : from.current;
  const owned = isNew ? withoutServerDecisions(request.type, object, from.sent) : object;
  const owners = request.owners?.(object) ?? updatedOwners(cluster, request, before, owned);
  const entries = writeOwners(owners);
  if (entries.length > 0) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}

function updatedOwners(
  cluster: Cluster,
  { type, manager, subresource = '' }: WriteRequest,
  before: KubeObject | undefined,
  object: KubeObject,
): readonly Owner[] {
  const given = object.metadata.managedFields;
  const known = given === undefined ? before?.metadata.managedFields : given;
  return ownersAfterUpdate(
    readOwners(known),
    { before, after: object },
    {
      manager,
      operation: 'Update',
      apiVersion: apiVersion(type),
      subresource,
      time: timestamp(cluster.now()),
    },
    viewOf(type),
  );
}
