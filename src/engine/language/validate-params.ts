// Rendered parameters and outputs against the action's schemas, so that after these calls the types of an action are
// true. Validators are compiled once per action and kept.

import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Action, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem, SourceRange } from '../contracts/problem.ts';
import { compileSchema } from './compile-schema.ts';
import type { SchemaUse } from './compile-schema.ts';
import { schemaProblems } from './schema-problems.ts';

export function paramsUse<P extends Ports>({ params }: Action<P>): SchemaUse {
  return { schema: params, useDefaults: true };
}

export function outputsUse<P extends Ports>({ outputs }: Action<P>): SchemaUse {
  return { schema: outputs, useDefaults: true };
}

/** By schema. */
const compiled = new WeakMap<object, ValidateFunction>();

function validatorOf(use: SchemaUse): ValidateFunction {
  const known = compiled.get(use.schema);
  if (known !== undefined) return known;
  const validator = compileSchema(use);
  compiled.set(use.schema, validator);
  return validator;
}

/** A copy with defaults filled in. Throws PARAMS_INVALID, which lists every problem. */
export function validateParams<P extends Ports>(
  action: Action<P>,
  params: JsonObject,
  at?: SourceRange,
): JsonObject {
  const subject = `The parameters of ${action.name}`;
  return validate(validatorOf(paramsUse(action)), params, { subject, at });
}

/** Outputs are checked when an action gives them and again when they are read from a journal. */
export function validateOutputs<P extends Ports>(
  action: Action<P>,
  outputs: JsonObject,
): JsonObject {
  const subject = `The outputs of ${action.name}`;
  return validate(validatorOf(outputsUse(action)), outputs, { subject, at: undefined });
}

/** For defaults to be filled into. Unlike structuredClone it shares the strings, which most of it is. */
function copyOf(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(copyOf);
  const copy: Record<string, Json> = { ...(value as JsonObject) };
  for (const [key, item] of Object.entries(copy)) copy[key] = copyOf(item);
  return copy;
}

function validate(
  check: ValidateFunction,
  value: JsonObject,
  context: { readonly subject: string; readonly at: SourceRange | undefined },
): JsonObject {
  const copy = copyOf(value) as JsonObject;
  if (check(copy)) return copy;
  const problems = schemaProblems(check.errors ?? [], copy as Json).map(
    ({ message, hint }): Problem => ({
      severity: 'error',
      message,
      ...(context.at === undefined ? {} : { at: context.at }),
      ...(hint === undefined ? {} : { hint }),
    }),
  );
  const first = problems.find(({ hint }) => hint !== undefined)?.hint;
  throw new DrctlError(
    'PARAMS_INVALID',
    `${context.subject} are invalid: ${problems.map(({ message }) => message).join('; ')}`,
    {
      problems,
      ...(context.at === undefined ? {} : { at: context.at }),
      ...(first === undefined ? {} : { hint: first }),
    },
  );
}
