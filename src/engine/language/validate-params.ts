// Rendered parameters and outputs against the action's schemas, so that after these calls the types of an action are
// true. Validators are compiled once per action and kept.

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { Action, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem, SourceRange } from '../contracts/problem.ts';
import { schemaProblems } from './schema-problems.ts';

/** The one way validators are set up. `strict` is off because schemas carry our own `x-drctl` annotations. */
export function createAjv(options: { readonly useDefaults: boolean }): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, ...options });
  ajvFormats.default(ajv);
  return ajv;
}

interface Validators {
  readonly params: ValidateFunction;
  readonly outputs: ValidateFunction;
}

const compiled = new WeakMap<object, Validators>();

function validatorsOf<P extends Ports>(action: Action<P>): Validators {
  const known = compiled.get(action);
  if (known !== undefined) return known;
  const ajv = createAjv({ useDefaults: true });
  const validators = { params: ajv.compile(action.params), outputs: ajv.compile(action.outputs) };
  compiled.set(action, validators);
  return validators;
}

/** A copy with defaults filled in. Throws PARAMS_INVALID, which lists every problem. */
export function validateParams<P extends Ports>(
  action: Action<P>,
  params: JsonObject,
  at?: SourceRange,
): JsonObject {
  const subject = `The parameters of ${action.name}`;
  return validate(validatorsOf(action).params, params, { subject, at });
}

/** Outputs are checked when an action gives them and again when they are read from a journal. */
export function validateOutputs<P extends Ports>(
  action: Action<P>,
  outputs: JsonObject,
): JsonObject {
  const subject = `The outputs of ${action.name}`;
  return validate(validatorsOf(action).outputs, outputs, { subject, at: undefined });
}

function validate(
  check: ValidateFunction,
  value: JsonObject,
  context: { readonly subject: string; readonly at: SourceRange | undefined },
): JsonObject {
  const copy = structuredClone(value);
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
