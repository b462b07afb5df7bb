/*
 * Create and update as the API server does them, protocol left out: identity, resourceVersion conflicts,
 * status isolation, generation, ownership, and the end of objects whose last finalizer is gone. Everything
 * here is synchronous, so a read-modify-write is atomic.
 */
import { admit, checkNamespaceAccepts } from './admit-object.ts';
import { nameSuffix, newUid, timestamp, type Cluster } from './cluster.ts';
import { immutable } from './field-errors.ts';
import { asStored, inVersion } from './object-versions.ts';
import { copy, sameJson, type JsonObject, type KubeObject } from './objects.ts';
import { keepsStatusOnCreate, trackOwners, type WriteRequest } from './track-owners.ts';
import type { ResourceType } from './resource-type.ts';
import { protectStorage } from './storage-protection.ts';
import {
  badRequest,
  alreadyExists,
  conflict,
  invalid,
  modified,
  requestTooLarge,
  stillThere,
} from './status-error.ts';

/** The object as stored, and warnings for the client. */
export interface WriteResult {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Stores a new object. Throws AlreadyExists, Invalid, and what the namespace refuses. */
export function createObject(
  cluster: Cluster,
  request: WriteRequest,
  body: KubeObject,
): WriteResult {
  const { type } = request;
  const object = copy(body);
  prepareIdentity(cluster, type, object);
  protectStorage(type, object);
  checkNamespaceAccepts(cluster, type, object);
  if (type.hasStatus && !keepsStatusOnCreate.has(type.storageKey)) delete object.status;
  const warnings = admit(type, object, undefined, request.fieldValidation);
  const { namespace = '', name } = object.metadata;
  const existing = cluster.storage.get(type.storageKey, namespace, name);
  if (existing !== undefined) {
    const isEnding = existing.metadata.deletionTimestamp !== undefined;
    throw isEnding ? stillThere(type, name) : alreadyExists(type, name);
  }
  trackOwners(cluster, request, { sent: body }, object);
  return { object: store(cluster, request, object), warnings };
}

function prepareIdentity(cluster: Cluster, type: ResourceType, object: KubeObject): void {
  const meta = object.metadata;
  if (meta.resourceVersion) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  if (!meta.name && meta.generateName) meta.name = `${meta.generateName}${nameSuffix()}`;
  if (!meta.name) {
    throw invalid(type, '', [
      {
        field: 'metadata.name',
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
      },
    ]);
  }
  delete meta.resourceVersion;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  meta.uid = newUid();
  meta.creationTimestamp = timestamp(cluster.now());
  if (type.hasGeneration) meta.generation = 1;
  else delete meta.generation;
}

/**
 * Replaces a stored object by what `change` makes of a copy of it (or returns anew). Throws Conflict when
 * the result names another uid or an outdated resourceVersion.
 */
export function updateObject(
  cluster: Cluster,
  request: WriteRequest,
  stored: KubeObject,
  change: (current: KubeObject) => KubeObject,
): WriteResult {
  const { type } = request;
  const current = inVersion(cluster, type, stored);
  const proposed = change(copy(current));
  checkPreconditions(request, current, proposed);
  const object = withoutForeignParts(request, current, proposed);
  const warnings = admit(type, object, current, request.fieldValidation);
  checkDeletion(type, current, object);
  bumpGeneration(type, current, object);
  trackOwners(cluster, request, { current }, object);
  if (isUnchanged(current, object)) return { object: current, warnings };
  if (isReadyToGo(type, object)) {
    return { object: removeObject(cluster, request, object), warnings };
  }
  return { object: store(cluster, request, object), warnings };
}

/** A PUT of an object with another uid is one that came too late; in a patch it is a field like others. */
function checkPreconditions(
  { type, isPatch = false }: WriteRequest,
  current: KubeObject,
  proposed: KubeObject,
): void {
  const { name, uid, resourceVersion } = proposed.metadata;
  if (name !== current.metadata.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${current.metadata.name})`,
    );
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw modified(type, name);
  }
  if (uid && uid !== current.metadata.uid) {
    if (isPatch) throw invalid(type, name, [immutable('metadata.uid', uid)]);
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid ?? ''}`,
    );
  }
}

/** What this endpoint may not change comes from the current object. */
function withoutForeignParts(
  { type, subresource = '' }: WriteRequest,
  current: KubeObject,
  proposed: KubeObject,
): KubeObject {
  const managed = proposed.metadata.managedFields;
  if (subresource === 'status') {
    const { status: _status, ...rest } = copy(current);
    const object = {
      ...rest,
      ...(proposed.status === undefined ? {} : { status: proposed.status }),
    };
    if (managed !== undefined) object.metadata.managedFields = managed;
    return object;
  }
  const object = { ...proposed, metadata: { ...proposed.metadata } };
  keepSystemMetadata(object, current);
  if (type.storageKey === '/namespaces' && subresource !== 'finalize')
    keepFinalizers(object, current);
  if (type.hasStatus) {
    delete object.status;
    if (current.status !== undefined) object.status = copy(current.status);
  }
  return object;
}

/** What still has to be done about a namespace is changed by way of its finalize subresource only. */
function keepFinalizers(object: KubeObject, current: KubeObject): void {
  const finalizers = current.spec?.['finalizers'];
  const { finalizers: _sent, ...rest } = object.spec ?? {};
  object.spec = finalizers === undefined ? rest : { ...rest, finalizers: copy(finalizers) };
}

const systemMetadata = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'namespace',
] as const;

function keepSystemMetadata(object: KubeObject, current: KubeObject): void {
  const meta = object.metadata as JsonObject;
  for (const field of systemMetadata) {
    const value = current.metadata[field];
    if (value === undefined) delete meta[field];
    else meta[field] = value;
  }
}

/** While an object is being deleted, finalizers can only be taken away. */
function checkDeletion(type: ResourceType, current: KubeObject, object: KubeObject): void {
  if (current.metadata.deletionTimestamp === undefined) return;
  const before = new Set(current.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((name) => !before.has(name));
  if (added.length === 0) return;
  const shown = added.map((name) => JSON.stringify(name)).join(', ');
  throw invalid(type, object.metadata.name, [
    {
      field: 'metadata.finalizers',
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
    },
  ]);
}

function bumpGeneration(type: ResourceType, current: KubeObject, object: KubeObject): void {
  if (!type.hasGeneration) return;
  const counted = ({
    metadata: _meta,
    status,
    apiVersion: _version,
    ...rest
  }: KubeObject): unknown => (type.hasStatus ? rest : { ...rest, status });
  if (!sameJson(counted(current), counted(object))) {
    object.metadata.generation = (current.metadata.generation ?? 0) + 1;
  }
}

/** A write that changes nothing but times of ownership is not stored: no revision, no event. */
function isUnchanged(current: KubeObject, object: KubeObject): boolean {
  return sameJson(withoutOwnershipTimes(current), withoutOwnershipTimes(object));
}

function withoutOwnershipTimes(object: KubeObject): unknown {
  const entries = object.metadata.managedFields?.map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}

/** Deleted already, and nothing holds it any more. */
export function isReadyToGo(type: ResourceType, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0) return false;
  if (type.storageKey === '/namespaces') {
    return ((object.spec?.['finalizers'] as string[] | undefined) ?? []).length === 0;
  }
  return deletionGracePeriodSeconds === 0;
}

/** What etcd takes in one request. */
const objectLimitBytes = 1.5 * 1024 * 1024;

/** Stores the object unless this is a dry run, in the version its resource is stored in. */
export function store(
  cluster: Cluster,
  request: Pick<WriteRequest, 'type' | 'dryRun'>,
  object: KubeObject,
): KubeObject {
  if (Buffer.byteLength(JSON.stringify(object)) > objectLimitBytes) throw requestTooLarge();
  if (request.dryRun) return object;
  const { type } = request;
  const stored = cluster.storage.put(type.storageKey, readyToStore(cluster, type, object));
  return inVersion(cluster, type, stored);
}

/** Removes the object unless this is a dry run; in the version that the request speaks. */
export function removeObject(
  cluster: Cluster,
  request: Pick<WriteRequest, 'type' | 'dryRun'>,
  object: KubeObject,
): KubeObject {
  if (request.dryRun) return object;
  const { type } = request;
  const removed = cluster.storage.remove(type.storageKey, readyToStore(cluster, type, object));
  return inVersion(cluster, type, removed);
}

/**
 * As it is to be stored. What the answer will need of a webhook is asked for too: once something is written, the work
 * may not begin anew.
 */
function readyToStore(cluster: Cluster, type: ResourceType, object: KubeObject): KubeObject {
  const stored = asStored(cluster, type, object);
  inVersion(cluster, type, stored);
  return stored;
}
