// Checks what a step or a check writes under `with` against its action: the action's name, keys, types (where no
// template stands in for the value), names of targets, and every name that is referred to.

import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Action, Ports } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import { checkReferences } from './check-references.ts';
import type { Allowed } from './check-references.ts';
import { compileSchema } from './compile-schema.ts';
import type { SchemaUse } from './compile-schema.ts';
import { actionOf } from './loading.ts';
import type { Loading, Place } from './loading.ts';
import { relaxInside } from './relax-schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { isObject, stringsWithMarkers } from './schema-walk.ts';
import { isTemplate } from './template-parser.ts';

export function withUse<P extends Ports>({ params }: Action<P>): SchemaUse {
  return { schema: relaxInside(params as unknown as JsonObject), useDefaults: false };
}

const validators = new WeakMap<object, ValidateFunction>();

function validatorOf<P extends Ports>(action: Action<P>): ValidateFunction {
  const cached = validators.get(action);
  if (cached !== undefined) return cached;
  const validate = compileSchema(withUse(action));
  validators.set(action, validate);
  return validate;
}

export interface CheckedWith extends Place {
  readonly raw: JsonObject;
  readonly resolved: JsonObject;
  readonly allowed: Allowed;
}

/** Reports problems; returns the ids of the steps that are referred to. */
export function checkWith<P extends Ports>(
  checked: CheckedWith,
  loading: Loading<P>,
): readonly string[] {
  const { scope, path, raw, resolved, allowed } = checked;
  const action = actionOf(loading, raw);
  if (action === undefined) reportUnknownAction(checked, loading);
  else checkParameters(action, checked, loading);

  const schema = (action?.params ?? {}) as unknown as Json;
  const at = [...path, 'with'];
  for (const { path: within, text, marker } of stringsWithMarkers(resolved['with'] ?? {}, schema)) {
    const place = { scope, path: [...at, ...within] };
    if (marker?.startsWith('target:') === true && !isTemplate(text)) {
      checkTarget(text, marker.slice('target:'.length), { place, loading });
    }
  }
  reportTemplatesInKeys(raw['with'], { scope, path: at }, loading);
  return stringsWithMarkers(raw['with'] ?? {}, schema).flatMap(({ path: within, text, marker }) =>
    checkReferences(
      {
        scope,
        path: [...at, ...within],
        text,
        kind: marker === 'cel' ? 'cel' : 'template',
        allowed,
      },
      loading,
    ),
  );
}

function reportUnknownAction<P extends Ports>(checked: CheckedWith, loading: Loading<P>): void {
  const name = checked.raw['action'];
  // That it is missing, or no text, has been said by the check of the shape.
  if (typeof name !== 'string') return;
  const names = loading.registry.actions.map((action) => action.name);
  const near = closest(name, names) ?? nearVerb(name, names);
  loading.problems.push(
    checked.scope.document.problem([...checked.path, 'action'], `No action is named "${name}"`, {
      hint: near === undefined ? 'Run "drctl actions" for the list' : `Did you mean "${near}"?`,
    }),
  );
}

/** "kube.patch" → "k8s.patch": the same verb in another area. */
function nearVerb(name: string, names: readonly string[]): string | undefined {
  const verb = name.split('.').at(-1) ?? name;
  return names.find((candidate) => candidate.split('.').at(-1) === verb);
}

function checkParameters<P extends Ports>(
  action: Action<P>,
  { scope, path, resolved }: CheckedWith,
  loading: Loading<P>,
): void {
  const values = resolved['with'] ?? {};
  if (!isObject(values)) return;
  const validate = validatorOf(action);
  if (validate(values)) return;
  for (const { path: within, isKey, message, hint } of schemaProblems(
    validate.errors ?? [],
    values,
  )) {
    loading.problems.push(
      scope.document.problem([...path, 'with', ...within], `${action.name}: ${message}`, {
        part: isKey || within.length === 0 ? 'key' : 'value',
        ...(hint === undefined ? {} : { hint }),
      }),
    );
  }
}

export function checkTarget<P extends Ports>(
  name: string,
  type: string,
  { place, loading }: { readonly place: Place; readonly loading: Loading<P> },
): void {
  const found = loading.targets.get(name);
  if (found === type) return;
  const fitting = [...loading.targets].filter(([, of]) => of === type).map(([target]) => target);
  const near = closest(name, fitting);
  const list =
    fitting.length === 0
      ? `The runbook declares no target of type ${type}`
      : `Targets of type ${type}: ${fitting.join(', ')}`;
  const message =
    found === undefined
      ? `No target is named "${name}"`
      : `Target "${name}" is of type ${found}; the action needs one of type ${type}`;
  const hint = near === undefined ? list : `Did you mean "${near}"?`;
  loading.problems.push(place.scope.document.problem(place.path, message, { hint }));
}

/** Keys are never rendered, so that no value can change the structure of a document. */
function reportTemplatesInKeys<P extends Ports>(
  value: Json | undefined,
  place: Place,
  loading: Loading<P>,
): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value as JsonObject)) {
    const path = [...place.path, Array.isArray(value) ? Number(key) : key];
    if (isTemplate(key)) {
      loading.problems.push(
        place.scope.document.problem(
          path,
          `The key "${key}" is a template; keys are not rendered`,
          {
            part: 'key',
            hint: 'Write the key as it is to be; templates stand in values',
          },
        ),
      );
    }
    reportTemplatesInKeys(item, { scope: place.scope, path }, loading);
  }
}
