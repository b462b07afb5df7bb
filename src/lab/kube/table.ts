/*
 * Tables: the columns `kubectl get` shows, for the kinds people look at most and for custom kinds by their
 * additionalPrinterColumns. Pure.
 */
import { builtinColumns, type Column } from './table-columns.ts';
import { isMap, textOf, valueAt, type Json, type JsonObject, type KubeObject } from './objects.ts';
import type { PrinterColumn, ResourceType } from './resource-type.ts';
import { ageText } from './age.ts';

/** A meta.k8s.io/v1 Table of these objects. */
export function tableOf(
  type: ResourceType,
  objects: readonly KubeObject[],
  options: { now: Date; metadata: JsonObject; includeObject: string },
): JsonObject {
  const columns = [nameColumn, ...columnsOf(type)];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: columns.map(({ name, type: of, format, description, priority }) => ({
      name,
      type: of,
      format: format ?? '',
      description: description ?? '',
      priority: priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...(options.includeObject === 'None'
        ? {}
        : { object: options.includeObject === 'Object' ? (object as Json) : metadataOnly(object) }),
    })),
  };
}

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata.name,
};

function columnsOf(type: ResourceType): readonly Column[] {
  if (type.columns !== undefined) return type.columns.map(customColumn);
  return builtinColumns(type.storageKey);
}

function customColumn(column: PrinterColumn): Column {
  const { name, type, format, description, priority, jsonPath } = column;
  return {
    name,
    type,
    format,
    description,
    priority,
    cell: (object, now) => customCell(type, readJsonPath(object, jsonPath), now),
  };
}

function customCell(type: string, value: Json | undefined, now: Date): Json {
  if (value === undefined || value === null) return null;
  if (type === 'date') return typeof value === 'string' ? ageText(value, now) : '<invalid>';
  if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  return value;
}

/**
 * The part of JSONPath that printer columns use: fields, indexes, and one filter like
 * .status.conditions[?(@.type=="Ready")].status. Several matches are joined by commas.
 */
export function readJsonPath(object: unknown, path: string): Json | undefined {
  let found: readonly unknown[] = [object];
  for (const step of path.matchAll(jsonPathStep)) {
    found = found.flatMap((value) => follow(value, step));
  }
  const values = found.filter((value) => value !== undefined) as Json[];
  if (values.length <= 1) return values[0];
  return values
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(',');
}

const jsonPathStep =
  /\.((?:\\.|[^.[\]\\])+)|\['([^']+)'\]|\[(\d+|\*)\]|\[\?\(@\.([\w.]+)\s*([!=]=)\s*["']([^"']*)["']\)\]/g;

function follow(
  value: unknown,
  [, field, quoted, index, filterPath, operator, wanted]: RegExpMatchArray,
): unknown[] {
  if (filterPath !== undefined) {
    return Array.isArray(value)
      ? value.filter(
          (item) => (textOf(valueAt(item, filterPath)) === wanted) === (operator === '=='),
        )
      : [];
  }
  if (index !== undefined) {
    if (!Array.isArray(value)) return [];
    return index === '*' ? value : [value[Number(index)]];
  }
  const name = quoted ?? field?.replaceAll('\\.', '.') ?? '';
  return isMap(value) ? [value[name]] : [];
}

/** An object without anything but its metadata. */
export function metadataOnly(object: KubeObject): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  };
}
