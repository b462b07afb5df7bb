// ajv's errors → sentences for people: where, what was found, what was expected, the nearest valid name. Of a union
// only the branch that fits best is spoken of.

import type { ErrorObject } from 'ajv/dist/2020.js';
import { closest } from '../contracts/closest.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import { isObject } from './schema-walk.ts';

export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  /** The problem is the key itself, not its value. */
  readonly isKey: boolean;
  readonly message: string;
  readonly hint?: string;
}

/** Marks the branch that `relaxSchema` adds for templates; its failing is never worth a word. */
export const templateBranch = 'template';

/** `errors` of a validator made with `verbose` and `allErrors`. */
export function schemaProblems(
  errors: readonly ErrorObject[],
  value: Json,
): readonly SchemaProblem[] {
  const problems = withoutUnions(errors).map((error) => describe(error, value));
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const id = JSON.stringify([problem.path, problem.message]);
    return seen.has(id) ? false : seen.add(id);
  });
}

function schemaOf(error: ErrorObject): JsonObject | undefined {
  return error.parentSchema;
}

function withoutUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let rest = errors.filter((error) => schemaOf(error)?.['x-drctl'] !== templateBranch);
  const unions = rest.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  for (const union of unions) {
    const prefix = `${union.schemaPath}/`;
    const inside = rest.filter(
      ({ schemaPath, instancePath }) =>
        schemaPath.startsWith(prefix) && instancePath.startsWith(union.instancePath),
    );
    if (inside.length === 0) continue;
    const branches = new Map<string, ErrorObject[]>();
    for (const error of inside) {
      const branch = error.schemaPath.slice(prefix.length).split('/', 1).join('');
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const best =
      [...branches.values()].toSorted((a, b) => misfit(a, union) - misfit(b, union))[0] ?? [];
    const isTelling = branches.size === 1 || misfit(best, union) < typeMisfit;
    const kept = isTelling ? best : [union];
    rest = [...rest.filter((error) => error !== union && !inside.includes(error)), ...kept];
  }
  return rest;
}

/** Another type altogether, or another constant, fits worse than a wrong detail. */
const typeMisfit = 1_000;

function misfit(branch: readonly ErrorObject[], union: ErrorObject): number {
  return branch.reduce((sum, error) => {
    const isOtherKind = error.keyword === 'type' || error.keyword === 'const';
    const depth = error.instancePath.split('/').length - union.instancePath.split('/').length;
    return sum + (isOtherKind && depth <= (error.keyword === 'const' ? 1 : 0) ? typeMisfit : 1);
  }, 0);
}

interface Found {
  readonly error: ErrorObject;
  readonly params: Readonly<Record<string, unknown>>;
  readonly path: readonly (string | number)[];
  readonly found: Json | undefined;
  /** The place in quotes, or "it" for the whole. */
  readonly name: string;
}

function describe(error: ErrorObject, value: Json): SchemaProblem {
  const path = parsePointer(error.instancePath, value);
  const name = path.length === 0 ? 'it' : `"${formatPath(path)}"`;
  const params = error.params as Readonly<Record<string, unknown>>;
  const at: Found = { error, params, path, found: valueAt(value, path), name };
  const describeKeyword = describers[error.keyword];
  if (describeKeyword !== undefined) return { path, isKey: false, ...describeKeyword(at) };
  const message = `${name} ${error.message ?? 'does not fit its schema'}, not ${show(at.found)}`;
  return { path, isKey: false, message };
}

type Description = Partial<SchemaProblem> & { readonly message: string };

const notEmpty = ({ error, params, name }: Found): Description => ({
  message: params['limit'] === 1 ? `${name} must not be empty` : `${name} ${error.message ?? ''}`,
});

const noneOf = ({ error, name, found }: Found): Description => ({
  message: `${name} has none of the allowed forms: ${show(found)}`,
  ...alternatives(error),
});

const describers: Readonly<Record<string, (at: Found) => Description>> = {
  additionalProperties: ({ error, params, path }) =>
    unknownKey(error, path, String(params['additionalProperty'])),
  unevaluatedProperties: ({ error, params, path }) =>
    unknownKey(error, path, String(params['unevaluatedProperty'])),
  required: ({ params, path }) => ({
    message: `the key "${String(params['missingProperty'])}" is missing${within(path)}`,
  }),
  type: ({ params, name, found }) => ({
    message: `${name} must be ${typeName(params['type'])}, not ${show(found)}`,
    ...(params['type'] === 'string' && (typeof found === 'number' || typeof found === 'boolean')
      ? { hint: 'Put it in quotes, or YAML reads a number or a boolean' }
      : {}),
  }),
  enum: ({ params, path, found }) => oneOf(path, found, params['allowedValues'] as readonly Json[]),
  const: ({ params, path, found }) => oneOf(path, found, [params['allowedValue'] as Json]),
  anyOf: noneOf,
  oneOf: noneOf,
  pattern: ({ error, path, found }) => pattern(error, path, found),
  minItems: notEmpty,
  minLength: notEmpty,
  minProperties: notEmpty,
};

function unknownKey(
  error: ErrorObject,
  path: readonly (string | number)[],
  key: string,
): SchemaProblem {
  const properties = schemaOf(error)?.['properties'];
  const names = isObject(properties) ? Object.keys(properties) : [];
  const near = closest(key, names);
  const hint = near === undefined ? `Known keys: ${names.join(', ')}` : `Did you mean "${near}"?`;
  return {
    path: [...path, key],
    isKey: true,
    message: `unknown key "${key}"${within(path)}`,
    ...(names.length === 0 ? {} : { hint }),
  };
}

function oneOf(
  path: readonly (string | number)[],
  found: Json | undefined,
  allowed: readonly Json[],
): SchemaProblem {
  const near = typeof found === 'string' ? closest(found, allowed.map(String)) : undefined;
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  return {
    path,
    isKey: false,
    message: `"${formatPath(path)}" must be ${allowed.length === 1 ? '' : 'one of '}${list}, not ${show(found)}`,
    ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
  };
}

function pattern(
  error: ErrorObject,
  path: readonly (string | number)[],
  found: Json | undefined,
): SchemaProblem {
  const schema = schemaOf(error);
  const at = { path, isKey: false };
  if (schema?.['x-drctl'] === 'duration') {
    return {
      ...at,
      message: `"${formatPath(path)}" is not a duration: ${show(found)}`,
      hint: 'Write a number and a unit, for example 90s, 5m or 1h30m',
    };
  }
  const message = `"${formatPath(path)}" does not match ${show(schema?.['pattern'])}: ${show(found)}`;
  const description = schema?.['description'];
  return { ...at, message, ...(typeof description === 'string' ? { hint: description } : {}) };
}

function alternatives(error: ErrorObject): { readonly hint?: string } {
  const branches = (error.schema as readonly JsonObject[] | undefined) ?? [];
  const types = branches
    .filter((branch) => branch['x-drctl'] !== templateBranch)
    .flatMap((branch) =>
      branch['const'] === undefined ? branch['type'] : JSON.stringify(branch['const']),
    )
    .filter((type) => typeof type === 'string');
  return types.length === 0 ? {} : { hint: `Allowed: ${[...new Set(types)].join(', ')}` };
}

function typeName(type: unknown): string {
  const names = (Array.isArray(type) ? type : [type]).map((name) => {
    if (name === 'object') return 'a mapping';
    if (name === 'array') return 'a list';
    return name === 'integer' ? 'an integer' : `a ${String(name)}`;
  });
  return names.join(' or ');
}

function within(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` in "${formatPath(path)}"`;
}

const maxShown = 80;

function show(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

/** "phases[0].steps[2].with" */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

function parsePointer(pointer: string, root: Json): readonly (string | number)[] {
  let at: Json | undefined = root;
  return pointer
    .split('/')
    .slice(1)
    .map((raw) => {
      const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      const part = Array.isArray(at) ? Number(name) : name;
      at = valueAt(at ?? null, [part]);
      return part;
    });
}

export function valueAt(root: Json, path: readonly (string | number)[]): Json | undefined {
  let at: Json | undefined = root;
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.hasOwn(at, part) ? (at as JsonObject)[part] : undefined;
  }
  return at;
}
