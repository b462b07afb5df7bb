/*
 * Server-side apply: merges a manager's configuration into an object, removes what that manager no longer
 * applies and nobody else owns, and refuses to change what others own unless forced.
 */
import { readBody, type FieldValidation } from './admit-object.ts';
import { timestamp, type Cluster } from './cluster.ts';
import {
  compareFields,
  difference,
  emptySet,
  fieldsOf,
  intersection,
  isEmptySet,
  readablePaths,
  union,
  type FieldSet,
} from './field-set.ts';
import { isSameManager, ownable, readOwners, type Owner, type Writer } from './managed-fields.ts';
import { inVersion } from './object-versions.ts';
import { copy, isMap, textOf, type Json, type JsonObject, type KubeObject } from './objects.ts';
import { duplicateErrors } from './list-uniqueness.ts';
import { mergeConfig, removeFields } from './patch/apply.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import {
  badRequest,
  conflict,
  invalid,
  notFound,
  patchOptions,
  StatusError,
  type StatusCause,
} from './status-error.ts';
import { pruneUnknownFields } from './structural-schema.ts';
import { viewOf } from './type-view.ts';
import { createObject, updateObject, type WriteResult } from './write-object.ts';

/** Which object is patched, through which endpoint. */
export interface PatchTarget {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** An apply request. */
export interface ApplyRequest {
  readonly config: Json;
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

/** Applies a configuration, creating the object when it is not there. Throws Conflict with the managers. */
export function applyObject(
  cluster: Cluster,
  target: PatchTarget,
  request: ApplyRequest,
): WriteResult & { created: boolean } {
  const { type, namespace, name, subresource } = target;
  const config = readConfig(target, request);
  const writer: Writer = {
    manager: request.manager,
    operation: 'Apply',
    apiVersion: apiVersion(type),
    subresource,
    time: timestamp(cluster.now()),
  };
  const write = {
    type,
    subresource,
    manager: request.manager,
    dryRun: request.dryRun,
    fieldValidation: request.fieldValidation,
  };
  const stored = cluster.storage.get(type.storageKey, namespace, name);
  checkTyped(type, config);
  const view = viewOf(type);
  const applied = fieldsOf(ownable(config), view);
  if (stored === undefined) {
    if (subresource !== '') throw notFound(type, name);
    checkUidAbsent(target, config);
    const own = { ...writer, fields: applied };
    const result = createObject(cluster, { ...write, owners: () => [own] }, config);
    return { ...result, created: true };
  }
  const live = inVersion(cluster, type, stored);
  const owners = ownersOf(live, writer, target);
  const merged = mergeConfig(live as Json, config as Json, view) as KubeObject;
  const others = owners.filter((owner) => !isSameManager(owner, writer));
  const { written } = compareFields(ownable(live), ownable(merged), view);
  const conflicts = conflictsWith(others, written);
  if (conflicts.length > 0 && !request.force) throw conflictError(conflicts);

  const kept = others.map((owner) => ({ ...owner, fields: difference(owner.fields, written) }));
  const before = owners.find((owner) => isSameManager(owner, writer))?.fields ?? emptySet;
  const keep = kept.reduce((all, owner) => union(all, owner.fields), applied);
  const pruned = removeFields(
    merged as Json,
    difference(before, applied),
    keep,
    view,
  ) as KubeObject;
  const result = updateObject(
    cluster,
    {
      ...write,
      owners: (object) => {
        const { removed } = compareFields(ownable(live), ownable(object), view);
        const rest = kept.map((owner) => ({ ...owner, fields: difference(owner.fields, removed) }));
        return [...rest, { ...writer, fields: applied }];
      },
    },
    stored,
    () => pruned,
  );
  return { ...result, created: false };
}

function readConfig(target: PatchTarget, { config, manager }: ApplyRequest): KubeObject {
  if (manager === '') {
    throw invalid(patchOptions, '', [
      {
        field: 'fieldManager',
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
      },
    ]);
  }
  if (!isMap(config)) throw badRequest('error decoding YAML: the configuration must be an object');
  const expected = apiVersion(target.type);
  const given = textOf(config['apiVersion']);
  if (given !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected}`,
    );
  }
  const read = readBody(target.type, target.namespace, withoutNulls(config));
  if (read.metadata.managedFields !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  if (read.metadata.name !== undefined && read.metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${read.metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
  read.metadata.name = target.name;
  if (target.subresource === '' && target.type.hasStatus) delete read.status;
  if (target.subresource === 'status') {
    return {
      apiVersion: read.apiVersion,
      kind: read.kind,
      metadata: read.metadata,
      ...(read.status === undefined ? {} : { status: read.status }),
    };
  }
  return read;
}

/** Ownership of a field that the schema does not know, or of a key that is there twice, could not be recorded. */
function checkTyped(type: ResourceType, config: KubeObject): void {
  if (type.schema === undefined) return;
  const { namespace = '', name } = config.metadata;
  const subject = `${namespace}/${name}; ${config.apiVersion}, Kind=${config.kind}`;
  const [unknown] = pruneUnknownFields(copy(config) as JsonObject, type.schema);
  const [twice] = duplicateErrors(config as Json, type.schema);
  if (unknown === undefined && twice === undefined) return;
  const problem =
    unknown === undefined
      ? `.${twice?.field ?? ''}: duplicate entries for key`
      : `.${unknown}: field not declared in schema`;
  throw new StatusError(500, '', `failed to create typed patch object (${subject}): ${problem}`);
}

/** A null in a configuration says nothing: it is neither applied nor owned. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const kept: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (child !== null) kept[key] = withoutNulls(child);
  }
  return kept;
}

function checkUidAbsent({ type, name }: PatchTarget, config: KubeObject): void {
  const { uid } = config.metadata;
  if (uid === undefined) {
    delete config.metadata.resourceVersion;
    return;
  }
  throw conflict(
    type,
    name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}

/** An object nobody is recorded to own was written before ownership was tracked: its fields are held as such. */
function ownersOf(live: KubeObject, writer: Writer, target: PatchTarget): readonly Owner[] {
  const owners = readOwners(live.metadata.managedFields);
  if (owners.length > 0) return owners;
  const fields = fieldsOf(ownable(live), viewOf(target.type));
  return [
    {
      ...writer,
      manager: 'before-first-apply',
      operation: 'Update',
      subresource: '',
      fields,
    },
  ];
}

interface ManagerConflict {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

function conflictsWith(others: readonly Owner[], written: FieldSet): readonly ManagerConflict[] {
  return others
    .map((owner) => ({ owner, fields: intersection(owner.fields, written) }))
    .filter(({ fields }) => !isEmptySet(fields) && readablePaths(fields).length > 0);
}

function conflictError(conflicts: readonly ManagerConflict[]): StatusError {
  const causes = conflicts.flatMap(({ owner, fields }) =>
    readablePaths(fields).map((field): StatusCause => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${shown(owner)}`,
      field,
    })),
  );
  return new StatusError(409, 'Conflict', conflictMessage(causes), { causes });
}

function conflictMessage(causes: readonly StatusCause[]): string {
  const [first] = causes;
  if (causes.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: ${first.message}: ${first.field ?? ''}`;
  }
  const byManager = new Map<string, string[]>();
  for (const { message, field = '' } of causes) {
    const who = message.replace('conflict with', 'conflicts with');
    byManager.set(who, [...(byManager.get(who) ?? []), `- ${field}`]);
  }
  const lines = [...byManager].flatMap(([who, fields]) => [`${who}:`, ...fields]);
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
}

function shown(owner: Owner): string {
  const subresource = owner.subresource === '' ? '' : ` with subresource "${owner.subresource}"`;
  const version = owner.operation === 'Update' ? ` using ${owner.apiVersion}` : '';
  return `"${owner.manager}"${subresource}${version}`;
}
