// The runbook's vars with values: rendered once, when the env is known and before any step.

import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { SourceRange } from '../contracts/problem.ts';
import type { EnvValue, Runbook, Scope, Secrets } from '../contracts/runbook.ts';
import { renderValue } from './render-value.ts';
import { envScope } from './resolve-env.ts';

/** Throws VALUE_UNRESOLVED. `runbook.vars` are in dependency order, so each one sees those it refers to. */
export function renderVars(
  runbook: Runbook,
  env: readonly EnvValue[],
  run: JsonObject,
  secrets?: Secrets,
): JsonObject {
  const vars: Record<string, Json> = {};
  const values = envScope(env);
  for (const [name, template] of runbook.vars) {
    try {
      vars[name] = renderKnown(template, {
        env: values,
        vars,
        run,
        steps: {},
        ...(secrets === undefined ? {} : { secrets }),
      });
    } catch (error) {
      throw located(error, `vars.${name}`);
    }
  }
  return vars;
}

/** For templates that the loader keeps free of step outputs. */
export function renderKnown(template: Json, scope: Scope): Json {
  const rendered = renderValue(template, scope);
  invariant(rendered.known, 'The loader refuses references to steps in vars and targets');
  return rendered.value;
}

/** The error with the name of the setting it is about. */
export function located(error: unknown, place: string, at?: SourceRange): unknown {
  if (!(error instanceof DrctlError)) return error;
  return new DrctlError(error.code, `${place}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(at === undefined ? {} : { at }),
  });
}
