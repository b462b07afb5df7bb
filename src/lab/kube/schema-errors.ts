/*
 * Validates a custom object against its CRD's OpenAPI v3 schema with ajv and words the problems as
 * kube-openapi does. Compiled validators are kept per schema object, so a CRD is compiled once.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import * as formatsModule from 'ajv-formats';
import { re2 } from './cel/environment.ts';
import { isMap, type Json } from './objects.ts';
import type { SchemaNode } from './schema-node.ts';
import type { FieldError } from './status-error.ts';

const compiled = new WeakMap<SchemaNode, ValidateFunction>();

/** Formats the API server checks; others are annotations to it. */
const formats = ['date-time', 'date', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid', 'byte'];

/** Every place where the object breaks the schema. */
export function schemaErrors(object: unknown, schema: SchemaNode): readonly FieldError[] {
  const validate = validator(schema);
  if (validate(object)) return [];
  return (validate.errors ?? [])
    .filter((error) => !isWrapper(error))
    .map((error) => fieldError(error, object))
    .sort((left, right) => left.field.localeCompare(right.field));
}

function validator(schema: SchemaNode): ValidateFunction {
  let found = compiled.get(schema);
  if (found === undefined) {
    const ajv = new Ajv({
      allErrors: true,
      strict: false,
      verbose: true,
      validateFormats: true,
      code: { regExp: goPatterns },
    });
    formatsModule.default.default(
      ajv,
      formats as Parameters<typeof formatsModule.default.default>[1],
    );
    found = ajv.compile(toJsonSchema(schema, { isObject: true }));
    compiled.set(schema, found);
  }
  return found;
}

/** Patterns are Go's (RE2): JavaScript refuses some of them, and can hang on others. */
const goPatterns = Object.assign(
  (pattern: string) => ({
    test: (text: string) => re2(pattern).matcher(text).find(),
    // ajv tells patterns apart by it.
    toString: () => pattern,
  }),
  { code: 'undefined' },
);

/** True for errors that only say that something below them failed. */
function isWrapper(error: ErrorObject): boolean {
  return error.keyword === 'if';
}

type JsonSchema = Record<string, unknown>;

/** Structural schema → plain JSON Schema that ajv understands. */
function toJsonSchema(node: SchemaNode, place: { isObject: boolean }): JsonSchema {
  const out: JsonSchema = {};
  for (const [key, value] of Object.entries(node)) {
    const convert = keywords[key];
    if (convert !== undefined) out[key] = convert(value);
    else if (!key.startsWith('x-') && !ignored.has(key)) out[key] = value;
  }
  if (node['x-kubernetes-int-or-string'] === true) out['type'] = ['integer', 'string'];
  if (node.nullable === true && out['type'] !== undefined) {
    out['type'] = [out['type'], 'null'].flat();
    if (Array.isArray(out['enum'])) out['enum'] = [...out['enum'], null];
  }
  if (node.format !== undefined && !formats.includes(node.format)) delete out['format'];
  if (place.isObject && isMap(out['properties'])) delete out['properties']['metadata'];
  return out;
}

/** Defaults are applied before validation; the rest has no meaning for it. */
const ignored = new Set(['default', 'description', 'example', 'nullable', 'title', 'externalDocs']);

const below = (node: unknown): unknown =>
  isMap(node) ? toJsonSchema(node, { isObject: false }) : node;
const list = (nodes: unknown): unknown => (Array.isArray(nodes) ? nodes.map(below) : nodes);

const keywords: Readonly<Record<string, (value: unknown) => unknown>> = {
  properties: (value) =>
    Object.fromEntries(
      Object.entries(value as JsonSchema).map(([key, node]) => [key, below(node)]),
    ),
  additionalProperties: below,
  items: below,
  not: below,
  allOf: list,
  anyOf: list,
  oneOf: list,
  // OpenAPI 3.0 has booleans here, JSON Schema has numbers: they are folded into the limits instead.
  exclusiveMinimum: () => undefined,
  exclusiveMaximum: () => undefined,
};

function fieldError(error: ErrorObject, root: unknown): FieldError {
  const path = fieldPath(error.instancePath);
  const value = error.data as Json;
  const text = messages[error.keyword]?.({ error, path, value });
  return (
    text ?? {
      field: path,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${shown(value, root)}: ${path} in body ${error.message ?? 'is not valid'}`,
    }
  );
}

interface Failure {
  readonly error: ErrorObject;
  readonly path: string;
  readonly value: Json;
}

const messages: Readonly<Record<string, (failure: Failure) => FieldError>> = {
  required: ({ error, path }) => ({
    field: joined(path, String(error.params['missingProperty'])),
    reason: 'FieldValueRequired',
    message: 'Required value',
  }),
  type: ({ error, path, value }) => {
    const types = [error.params['type'] as string | readonly string[]].flat();
    return {
      field: path,
      reason: 'FieldValueTypeInvalid',
      message: `Invalid value: ${JSON.stringify(typeName(value))}: ${path} in body must be of type ${types[0] ?? ''}: ${JSON.stringify(typeName(value))}`,
    };
  },
  enum: ({ error, path, value }) => ({
    field: path,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${(error.params['allowedValues'] as Json[]).map((allowed) => JSON.stringify(allowed)).join(', ')}`,
  }),
  maxLength: ({ error, path }) => ({
    field: path,
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${String(error.params['limit'])} bytes`,
  }),
  maxItems: ({ error, path, value }) => ({
    field: path,
    reason: 'FieldValueTooMany',
    message: `Too many: ${Array.isArray(value) ? value.length : 0}: must have at most ${String(error.params['limit'])} items`,
  }),
  minItems: ({ error, path, value }) =>
    limit(
      path,
      Array.isArray(value) ? value.length : value,
      `should have at least ${String(error.params['limit'])} items`,
    ),
  minLength: ({ error, path, value }) =>
    limit(path, value, `should be at least ${String(error.params['limit'])} chars long`),
  pattern: ({ error, path, value }) =>
    limit(path, value, `should match '${String(error.params['pattern'])}'`),
  minimum: ({ error, path, value }) =>
    limit(path, value, `should be greater than or equal to ${String(error.params['limit'])}`),
  maximum: ({ error, path, value }) =>
    limit(path, value, `should be less than or equal to ${String(error.params['limit'])}`),
  format: ({ error, path, value }) =>
    limit(
      path,
      value,
      `must be of type ${String(error.params['format'])}: ${JSON.stringify(value)}`,
    ),
};

function limit(path: string, value: Json, text: string): FieldError {
  return {
    field: path,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shown(value, undefined)}: ${path} in body ${text}`,
  };
}

function shown(value: Json, _root: unknown): string {
  return JSON.stringify(value);
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** "/spec/list/0/name" → "spec.list[0].name". */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joined(path, part)), '');
}

function joined(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
