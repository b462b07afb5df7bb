// Renders what a step writes under `with`. Strings that the action's schema marks as CEL are left alone: the action
// evaluates them itself, against an object that only it knows.

import type { Action, Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { stepReferences } from './references.ts';
import { renderValue } from './render-value.ts';
import type { Rendered } from './render-value.ts';
import { childSchemas, flattenSchema, isObject, markerOf } from './schema-walk.ts';
import { isTemplate } from './template-parser.ts';

export type RenderedParams =
  | { readonly known: true; readonly value: JsonObject }
  | {
      readonly known: false;
      readonly shown: JsonObject;
      readonly waitsFor: readonly string[];
    };

/**
 * A parameter whose whole value is a template that gives null (an optional env value that was not given) is left out,
 * so that the action's default applies. Throws VALUE_UNRESOLVED. A step whose CEL parameters refer to steps that have
 * not ended is not known either.
 */
export function renderParams<P extends Ports>(
  action: Action<P>,
  withValues: JsonObject,
  scope: Scope,
): RenderedParams {
  const waitsFor = new Set<string>();
  const root = flattenSchema(action.params as unknown as Json);
  const entries = Object.entries(withValues).flatMap(([key, template]): [string, Json][] => {
    const rendered = render(template, childSchemas(root, key), scope);
    if (!rendered.known) {
      for (const step of rendered.waitsFor) waitsFor.add(step);
      return [[key, rendered.shown]];
    }
    const isDropped =
      rendered.value === null && typeof template === 'string' && isTemplate(template);
    return isDropped ? [] : [[key, rendered.value]];
  });
  const value = Object.fromEntries(entries);
  return waitsFor.size === 0
    ? { known: true, value }
    : { known: false, shown: value, waitsFor: [...waitsFor] };
}

function render(template: Json, schemas: readonly JsonObject[], scope: Scope): Rendered {
  if (typeof template === 'string') {
    if (markerOf(schemas) !== 'cel') return renderValue(template, scope);
    const waitsFor = stepReferences(template, 'cel').filter(
      (id) => !Object.hasOwn(scope.steps, id),
    );
    return waitsFor.length === 0
      ? { known: true, value: template }
      : { known: false, shown: template, waitsFor };
  }
  const isList = Array.isArray(template);
  if (!isList && !isObject(template)) return { known: true, value: template };
  const waitsFor = new Set<string>();
  const entries = Object.entries(template as JsonObject).map(([key, item]): [string, Json] => {
    const rendered = render(item, childSchemas(schemas, isList ? Number(key) : key), scope);
    if (rendered.known) return [key, rendered.value];
    for (const step of rendered.waitsFor) waitsFor.add(step);
    return [key, rendered.shown];
  });
  const value = isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  return waitsFor.size === 0
    ? { known: true, value }
    : { known: false, shown: value, waitsFor: [...waitsFor] };
}
