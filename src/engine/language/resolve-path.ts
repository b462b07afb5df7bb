// Looks a dotted name up in what templates and expressions see. Own properties only: "constructor" and "__proto__" are
// unknown names like any other. Throws VALUE_UNRESOLVED with the nearest name.

import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';

export type Resolved =
  | { readonly known: true; readonly value: Json }
  | { readonly known: false; readonly waitsFor: readonly string[] };

/** The names that every expression sees; `item` only inside forEach. */
export const scopeNames = ['env', 'vars', 'steps', 'item', 'run'] as const;

/**
 * The step that `parts` (after "steps") name, and how many of them: the id of an included step has dots, so it ends
 * before "outputs", which no step may be called.
 */
export function stepNamedBy(
  parts: readonly string[],
): { readonly id: string; readonly length: number } | undefined {
  if (parts.length === 0) return undefined;
  const end = parts.indexOf('outputs', 1);
  const length = end < 0 ? 1 : end;
  return { id: parts.slice(0, length).join('.'), length };
}

export function resolvePath(parts: readonly string[], scope: Scope, text: string): Resolved {
  const [root, ...rest] = parts;
  if (isAhead(root, scope)) return { known: false, waitsFor: [root] };
  switch (root) {
    case 'env':
    case 'vars':
    case 'run':
      return { known: true, value: descend(scope[root], rest, text, root) };
    case 'item':
      if (scope.item === undefined) {
        throw unresolved(text, '"item" exists only in a step with forEach', undefined);
      }
      return { known: true, value: descend(scope.item, rest, text, root) };
    case 'steps': {
      const step = stepNamedBy(rest);
      if (step === undefined) throw unresolved(text, 'name a step: steps.<id>.outputs', undefined);
      const found = Object.hasOwn(scope.steps, step.id) ? scope.steps[step.id] : undefined;
      if (found === undefined) return { known: false, waitsFor: [step.id] };
      const within = rest.slice(step.length);
      if (found.outputs === null && within.length > 1) {
        throw unresolved(text, `step "${step.id}" was skipped and has no outputs`, undefined);
      }
      return {
        known: true,
        value: descend(found, within, text, `steps.${step.id}`),
      };
    }
    default:
      throw unresolved(text, `there is no "${root ?? ''}"`, closest(root ?? '', scopeNames));
  }
}

function isAhead(root: string | undefined, { ahead }: Scope): root is 'run' | 'item' {
  return ahead?.unknown.some((name) => name === root) === true;
}

/** Walks down own properties. Lists take an index and have `length`. */
export function descend(from: Json, parts: readonly string[], text: string, name: string): Json {
  let value: Json = from;
  let walked = name;
  for (const part of parts) {
    const next = childOf(value, part);
    if (next === undefined) {
      const names = namesIn(value);
      const near = closest(part, names);
      throw unresolved(text, `${walked} has no "${part}"`, near, names);
    }
    value = next;
    walked = `${walked}.${part}`;
  }
  return value;
}

function childOf(value: Json, part: string): Json | undefined {
  if (Array.isArray(value)) {
    if (part === 'length') return value.length;
    return /^\d+$/.test(part) ? (value as readonly Json[])[Number(part)] : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  return Object.hasOwn(value, part) ? (value as JsonObject)[part] : undefined;
}

function namesIn(value: Json): readonly string[] {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}

const maxNamesShown = 12;

export function unresolved(
  expression: string,
  why: string,
  near: string | undefined,
  names: readonly string[] = [],
): DrctlError {
  const known =
    names.length > 0 && names.length <= maxNamesShown
      ? `Known there: ${names.join(', ')}`
      : undefined;
  const hint = near === undefined ? known : `Did you mean "${near}"?`;
  return new DrctlError(
    'VALUE_UNRESOLVED',
    `"${expression}" cannot be resolved: ${why}`,
    hint === undefined ? {} : { hint },
  );
}
