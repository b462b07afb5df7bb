// The runbook's targets with values: what connections are opened with.

import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Runbook, Scope, TargetDeclaration } from '../contracts/runbook.ts';
import { located, renderKnown } from './render-vars.ts';

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
      throw located(error, `targets.${name}.${key}`, target.at);
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
