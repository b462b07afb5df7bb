// The runbook's vars and targets with values: rendered once, when the env is known and before any step.

import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { EnvValue, Runbook, Scope, TargetDeclaration } from '../contracts/runbook.ts';
import { renderValue } from './render-value.ts';
import { envScope } from './resolve-env.ts';

/** Throws VALUE_UNRESOLVED. `runbook.vars` are in dependency order, so each one sees those it refers to. */
export function renderVars(
  runbook: Runbook,
  env: readonly EnvValue[],
  run: JsonObject,
): JsonObject {
  const vars: Record<string, Json> = {};
  const values = envScope(env);
  for (const [name, template] of runbook.vars) {
    try {
      vars[name] = renderKnown(template, { env: values, vars, run, steps: {} });
    } catch (error) {
      throw located(error, `vars.${name}`, undefined);
    }
  }
  return vars;
}

export interface RenderedTarget {
  readonly type: TargetDeclaration['type'];
  /** A setting whose whole value is an env value that was not given is left out. */
  readonly settings: JsonObject;
}

/** Throws TARGET_INVALID for a setting that is missing or not text, VALUE_UNRESOLVED for a name. */
export function renderTargets(runbook: Runbook, scope: Scope): ReadonlyMap<string, RenderedTarget> {
  return new Map(
    [...runbook.targets].map(([name, target]) => [name, renderTarget(name, target, scope)]),
  );
}

const needed = { kubernetes: ['kubeconfig'], aws: ['region'] } as const;

function renderTarget(name: string, target: TargetDeclaration, scope: Scope): RenderedTarget {
  const settings: Record<string, Json> = {};
  for (const [key, template] of Object.entries(target.settings)) {
    try {
      const value = renderKnown(template, scope);
      if (value !== null && value !== '') settings[key] = value;
    } catch (error) {
      throw located(error, `targets.${name}.${key}`, target);
    }
  }
  for (const [key, value] of Object.entries(settings)) {
    if (typeof value === 'string') continue;
    throw new DrctlError(
      'TARGET_INVALID',
      `Target "${name}": ${key} must be text, not ${JSON.stringify(value)}`,
      { at: target.at },
    );
  }
  const missing = needed[target.type].find((key) => settings[key] === undefined);
  if (missing !== undefined) {
    throw new DrctlError('TARGET_INVALID', `Target "${name}" has no ${missing}`, {
      at: target.at,
      hint: `Its template "${JSON.stringify(target.settings[missing] ?? null)}" gives nothing: set what it refers to`,
    });
  }
  return { type: target.type, settings };
}

function renderKnown(template: Json, scope: Scope): Json {
  const rendered = renderValue(template, scope);
  invariant(rendered.known, 'The loader refuses references to steps in vars and targets');
  return rendered.value;
}

function located(error: unknown, place: string, target: TargetDeclaration | undefined): unknown {
  if (!(error instanceof DrctlError)) return error;
  return new DrctlError(error.code, `${place}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(target === undefined ? {} : { at: target.at }),
  });
}
