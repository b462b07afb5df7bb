/*
 * From what a client sent to what may be stored: identity, defaults, pruning and validation, the same way
 * for a create and an update. Pure but for the uid and the clock; a refusal is a StatusError.
 */
import { checkDecodable, dropEmptyValues } from './builtin-decoding.ts';
import { applyBuiltinDefaults } from './builtin-defaults.ts';
import { builtinErrors } from './builtin-rules.ts';
import type { Cluster } from './cluster.ts';
import { customObjectErrors } from './custom-rules.ts';
import { metadataErrors } from './metadata-rules.ts';
import { isMap, textOf, type JsonObject, type KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import { badRequest, invalid, StatusError, type FieldError } from './status-error.ts';
import { applySchemaDefaults, pruneUnknownFields } from './structural-schema.ts';

/** How unknown fields are answered; what the fieldValidation parameter says. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Defaults, prunes and validates a fresh copy. Returns warnings about fields that were dropped. */
export function admit(
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
  fieldValidation: FieldValidation = 'Ignore',
): readonly string[] {
  dropEmptyMetadata(object);
  const unknown = normalise(type, object);
  if (unknown.length > 0 && fieldValidation === 'Strict') {
    const listed = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw badRequest(`strict decoding error: ${listed}`);
  }
  const errors: readonly FieldError[] = [
    ...metadataErrors(object, type),
    ...(type.builtin ? builtinErrors(type, object, old) : customObjectErrors(type, object, old)),
  ];
  if (errors.length > 0) throw invalid(type, object.metadata.name, errors);
  return fieldValidation === 'Ignore' ? [] : unknown.map((path) => `unknown field "${path}"`);
}

function normalise(type: ResourceType, object: KubeObject): readonly string[] {
  if (type.builtin) {
    dropEmptyValues(object as JsonObject);
    checkDecodable(type, object);
    applyBuiltinDefaults(type, object);
    return [];
  }
  if (type.schema === undefined) return [];
  const unknown = pruneUnknownFields(object as JsonObject, type.schema);
  applySchemaDefaults(object as JsonObject, type.schema);
  return unknown;
}

/** Empty lists and maps of metadata are not stored. */
function dropEmptyMetadata(object: KubeObject): void {
  const meta = object.metadata as JsonObject;
  for (const [key, value] of Object.entries(meta)) {
    const isEmpty = Array.isArray(value) ? value.length === 0 : isMap(value) && isEmptyMap(value);
    if (value === null || isEmpty || key === 'selfLink') delete meta[key];
  }
}

function isEmptyMap(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}

/** Reads a request's body as an object of this type in this namespace, or refuses it. */
export function readBody(type: ResourceType, namespace: string, body: unknown): KubeObject {
  if (!isMap(body)) throw badRequest('Object must be a JSON or YAML object');
  const expected = apiVersion(type);
  if (!type.builtin) checkNamesItsKind(type, body);
  const { kind = type.kind, apiVersion: given = expected } = body;
  if (kind !== type.kind) {
    throw badRequest(
      `${textOf(kind)} in version "${type.version}" cannot be handled as a ${type.kind}: the kind in the data (${textOf(kind)}) does not match the expected kind (${type.kind})`,
    );
  }
  if (given !== expected) {
    throw badRequest(
      `the API version in the data (${textOf(given)}) does not match the expected API version (${expected})`,
    );
  }
  const metadata = isMap(body['metadata']) ? body['metadata'] : {};
  const object = { ...body, apiVersion: expected, kind, metadata } as unknown as KubeObject;
  if (type.builtin) dropEmptyValues(object as JsonObject);
  checkNamespace(type, namespace, object);
  return object;
}

/** What a custom object is, only its own kind and apiVersion say; for built-in kinds the path is enough. */
function checkNamesItsKind(type: ResourceType, body: JsonObject): void {
  const absent = (['kind', 'apiVersion'] as const).find((field) => !body[field]);
  if (absent === undefined) return;
  const field = absent === 'kind' ? 'Kind' : absent;
  throw badRequest(
    `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: Object '${field}' is missing`,
  );
}

function checkNamespace(type: ResourceType, namespace: string, object: KubeObject): void {
  const given = object.metadata.namespace ?? '';
  if (!type.namespaced) {
    delete object.metadata.namespace;
  } else if (given !== '' && given !== namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  } else {
    object.metadata.namespace = namespace;
  }
}

/** Refuses what a missing or terminating namespace may not receive. */
export function checkNamespaceAccepts(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
): void {
  if (!type.namespaced) return;
  const namespace = object.metadata.namespace ?? '';
  const found = cluster.storage.get('/namespaces', '', namespace);
  const shown = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  if (found === undefined) {
    throw new StatusError(404, 'NotFound', `namespaces "${namespace}" not found`, {
      name: namespace,
      kind: 'namespaces',
    });
  }
  if (found.metadata.deletionTimestamp === undefined) return;
  throw new StatusError(
    403,
    'Forbidden',
    `${shown} "${object.metadata.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      name: object.metadata.name,
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  );
}
