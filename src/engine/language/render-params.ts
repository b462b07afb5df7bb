// Renders what a step writes under `with`. Strings that the action's schema marks as CEL are left alone: the action
// evaluates them itself, against an object that only it knows.

import type { Action, Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { stepReferences } from './references.ts';
import { renderValue } from './render-value.ts';
import { childSchemas, flattenSchema, isObject, markerOf } from './schema-walk.ts';
import { isTemplate } from './template-parser.ts';

export type RenderedParams =
  | { readonly known: true; readonly value: JsonObject }
  | {
      readonly known: false;
      readonly shown: JsonObject;
      readonly waitsFor: readonly string[];
      /** The step can be planned with `shown`: all that is missing stands where its schema says `FilledInLater`. */
      readonly plannable: boolean;
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
  const root = flattenSchema(action.params as unknown as Json);
  const parts = Object.entries(withValues).flatMap(([key, template]): [string, Part][] => {
    const part = render(template, childSchemas(root, key), scope);
    const isDropped =
      part.waitsFor.length === 0 &&
      part.value === null &&
      typeof template === 'string' &&
      isTemplate(template);
    return isDropped ? [] : [[key, part]];
  });
  const { value, waitsFor, plannable } = together(parts, Object.fromEntries);
  return waitsFor.length === 0
    ? { known: true, value }
    : { known: false, shown: value, waitsFor, plannable };
}

/** A rendered value, with "(known after X)" in it where steps that have not ended would give a part. */
interface Part<T extends Json = Json> {
  readonly value: T;
  readonly waitsFor: readonly string[];
  readonly plannable: boolean;
}

function render(template: Json, schemas: readonly JsonObject[], scope: Scope): Part {
  const part = renderPart(template, schemas, scope);
  return markerOf(schemas) === 'later' ? { ...part, plannable: true } : part;
}

function renderPart(template: Json, schemas: readonly JsonObject[], scope: Scope): Part {
  if (typeof template === 'string') {
    if (markerOf(schemas) === 'cel') return waiting(template, unknownSteps(template, scope));
    const rendered = renderValue(template, scope);
    return rendered.known
      ? waiting(rendered.value, [])
      : waiting(rendered.shown, rendered.waitsFor);
  }
  const isList = Array.isArray(template);
  if (!isList && !isObject(template)) return waiting(template, []);
  const parts = Object.entries(template as JsonObject).map(([key, item]): [string, Part] => [
    key,
    render(item, childSchemas(schemas, isList ? Number(key) : key), scope),
  ]);
  return isList
    ? together(parts, (entries) => entries.map(([, item]) => item))
    : together(parts, Object.fromEntries);
}

function unknownSteps(expression: string, scope: Scope): readonly string[] {
  return stepReferences(expression, 'cel').filter((id) => !Object.hasOwn(scope.steps, id));
}

function waiting(value: Json, waitsFor: readonly string[]): Part {
  return { value, waitsFor, plannable: waitsFor.length === 0 };
}

function together<T extends Json>(
  parts: readonly (readonly [string, Part])[],
  build: (entries: readonly (readonly [string, Json])[]) => T,
): Part<T> {
  return {
    value: build(parts.map(([key, { value }]) => [key, value] as const)),
    waitsFor: [...new Set(parts.flatMap(([, { waitsFor }]) => waitsFor))],
    plannable: parts.every(([, { plannable }]) => plannable),
  };
}
