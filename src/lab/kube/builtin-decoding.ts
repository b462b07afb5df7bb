/*
 * Built-in kinds are decoded into typed structures by a real server, so a value of the wrong type is a 400
 * before any validation, and what is empty leaves no trace. Covers the fields people get wrong: data of Secrets and ConfigMaps, and numbers.
 */
import { isMap, mapAt, type Json, type JsonObject, type KubeObject } from './objects.ts';
import { isQuantity, quantityText } from './quantity.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest, type StatusError } from './status-error.ts';

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Throws BadRequest for a value that has not the type of its field. */
export function checkDecodable(type: ResourceType, object: KubeObject): void {
  if (type.storageKey === '/secrets') {
    checkStrings(type, object, 'data');
    checkStrings(type, object, 'stringData');
    checkBase64(type, mapAt(object, 'data') ?? {});
  }
  if (type.storageKey === '/configmaps') checkStrings(type, object, 'data');
  checkLabels(type, object);
  const replicas = object.spec?.['replicas'];
  if (replicas !== undefined && replicas !== null && !Number.isInteger(replicas)) {
    throw mismatch(type, replicas, `${type.kind}Spec.spec.replicas`, 'int32');
  }
  checkQuantities(type, object.spec ?? {});
  for (const part of ['spec', 'status'] as const) {
    const value = object[part] as Json | undefined;
    if (value !== undefined && value !== null && !isMap(value)) {
      throw mismatch(type, value, `${type.kind}.${part}`, `${type.kind}Spec`);
    }
  }
}

/** Lists that stay when they are empty: their fields are not "omitempty" in the API's Go types. */
const keptWhenEmpty = new Set(['containers', 'rules']);
/** Maps of strings; a structure like emptyDir is there even when nothing is in it. */
const stringMaps = new Set([
  'data',
  'binaryData',
  'stringData',
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
]);

/**
 * Drops what does not survive decoding: nulls (but for creationTimestamp in templates), empty lists, empty
 * maps of strings. Changes its argument.
 */
export function dropEmptyValues(map: JsonObject): void {
  for (const [key, value] of Object.entries(map)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isMap(item)) dropEmptyValues(item);
      if (value.length === 0 && !keptWhenEmpty.has(key)) delete map[key];
    } else if (isMap(value)) {
      dropEmptyValues(value);
      if (stringMaps.has(key) && Object.keys(value).length === 0) delete map[key];
    } else if (value === null && key !== 'creationTimestamp') delete map[key];
  }
}

function checkLabels(type: ResourceType, object: KubeObject): void {
  for (const [field, value] of Object.entries(object.metadata.labels ?? {})) {
    if (typeof value !== 'string')
      throw mismatch(type, value, `ObjectMeta.metadata.labels.${field}`, 'string');
  }
}

/** Requests and limits, of containers, of templates and of claims: maps of quantities wherever they stand. */
function checkQuantities(type: ResourceType, value: Json): void {
  if (Array.isArray(value)) for (const item of value) checkQuantities(type, item);
  if (!isMap(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (key !== 'resources' || !isMap(child)) checkQuantities(type, child);
    else for (const part of ['requests', 'limits']) checkEach(type, mapAt(child, part) ?? {});
  }
}

function checkEach(type: ResourceType, quantities: JsonObject): void {
  for (const quantity of Object.values(quantities)) {
    if (!isQuantity(quantity)) throw badRequest(`${prefix(type)}: ${quantityText}`);
  }
}

function checkStrings(type: ResourceType, object: KubeObject, field: string): void {
  for (const value of Object.values(mapAt(object, field) ?? {})) {
    if (typeof value !== 'string') throw mismatch(type, value, `${type.kind}.${field}`, 'string');
  }
}

function checkBase64(type: ResourceType, data: Readonly<Record<string, Json>>): void {
  for (const value of Object.values(data)) {
    if (typeof value === 'string' && !base64Pattern.test(value.replaceAll(/[\r\n]/g, ''))) {
      throw badRequest(`${prefix(type)}: illegal base64 data at input byte 0`);
    }
  }
}

function mismatch(type: ResourceType, value: Json, field: string, wanted: string): StatusError {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return badRequest(
    `${prefix(type)}: json: cannot unmarshal ${found} into Go struct field ${field} of type ${wanted}`,
  );
}

function prefix({ kind, version }: ResourceType): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`;
}
