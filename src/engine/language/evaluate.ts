// Evaluates CEL: JSON in, JSON out. An expression that refers to a step that has not ended is not evaluated at all,
// because functions such as `in` and `has` would take "not yet" for "not there".

import { EvaluationError } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { celMessage, parseCel } from './cel-environment.ts';
import { fromCel, toCel, toCelOnce } from './cel-values.ts';
import { learnDerived } from './derived-secrets.ts';
import { celReferences, stepReferences } from './references.ts';

export { stepReferences } from './references.ts';

export type Evaluated =
  | { readonly known: true; readonly value: Json }
  | { readonly known: false; readonly waitsFor: readonly string[] };

/**
 * `names` adds to what the expression sees (`object`, `objects`). Throws VALUE_UNRESOLVED with the expression, the name
 * that is missing and the nearest one that exists.
 */
export function evaluateExpression(
  expression: string,
  scope: Scope,
  names: JsonObject = {},
): Evaluated {
  const parsed = parseCel(expression);
  const referred = stepReferences(expression, 'cel');
  const waitsFor = [
    ...referred.filter((id) => !Object.hasOwn(scope.steps, id)),
    ...namesAhead(expression, scope),
  ];
  if (waitsFor.length > 0) return { known: false, waitsFor };
  const context: JsonObject = {
    env: scope.env,
    vars: scope.vars,
    run: scope.run,
    steps: nestedSteps(referred, scope.steps),
    ...(scope.item === undefined ? {} : { item: scope.item }),
    ...names,
  };
  try {
    const values = Object.fromEntries(
      Object.entries(context).map(([name, value]) => [
        name,
        Object.hasOwn(names, name) ? toCel(value) : toCelOnce(value),
      ]),
    );
    const value = fromCel(parsed.run(values));
    if (scope.secrets !== undefined && mayHoldText(value)) {
      const references = celReferences(expression);
      learnDerived(
        scope.secrets,
        references.map(({ parts }) => valueNamed(context, parts)),
        value,
      );
    }
    return { known: true, value };
  } catch (cause) {
    throw explain(cause, expression, context);
  }
}

/** As far down as the names lead: the rest is in what was found. */
function valueNamed(context: JsonObject, parts: readonly string[]): Json | undefined {
  let value: Json = context;
  for (const part of parts) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) break;
    value = (value as JsonObject)[part] ?? null;
  }
  return value === context ? undefined : value;
}

function mayHoldText(value: Json): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function namesAhead(expression: string, { ahead }: Scope): readonly string[] {
  if (ahead === undefined) return [];
  // Which targets were given up is known at any time; of a run that is not begun, nothing else is.
  const named = new Set(
    celReferences(expression).flatMap(({ parts: [root, name] }) =>
      root === 'run' && name === 'unavailable' ? [] : [root],
    ),
  );
  return ahead.unknown.filter((name) => named.has(name));
}

/**
 * Those that are referred to: a step is always named, and a runbook has thousands. "pause.patch" also as
 * steps.pause.patch, as templates have it. No id is also a prefix: the loader sees to that.
 */
function nestedSteps(referred: readonly string[], steps: Scope['steps']): JsonObject {
  interface Group {
    [name: string]: Json | Group;
  }
  const root: Group = {};
  for (const id of referred) {
    const step = steps[id] ?? null;
    root[id] = step;
    const parts = id.split('.');
    const last = parts.pop() ?? id;
    let group = root;
    for (const part of parts) {
      const inner = Object.hasOwn(group, part) ? (group[part] as Group) : {};
      group[part] = inner;
      group = inner;
    }
    group[last] = step;
  }
  return root;
}

function explain(cause: unknown, expression: string, context: JsonObject): unknown {
  if (cause instanceof DrctlError) {
    return new DrctlError(cause.code, `${cause.message} (in "${expression}")`, {
      cause,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    });
  }
  if (!(cause instanceof EvaluationError)) return cause;
  const hint = hintFor(cause, context);
  return new DrctlError(
    'VALUE_UNRESOLVED',
    `"${expression}" cannot be evaluated: ${celMessage(cause)}`,
    { cause, ...(hint === undefined ? {} : { hint }) },
  );
}

function hintFor(cause: EvaluationError, context: JsonObject): string | undefined {
  const { node } = cause;
  if (cause.code === 'unknown_variable') {
    const name = node?.op === 'id' ? node.args : '';
    const near = closest(name, Object.keys(context));
    const known = `Known here: ${Object.keys(context).join(', ')}`;
    return near === undefined ? known : `Did you mean "${near}"?`;
  }
  if (cause.code !== 'no_such_key' || node === undefined) return undefined;
  const { parent, name } = missingKey(node, context);
  const names = isObject(parent) ? Object.keys(parent) : [];
  const near = name === undefined ? undefined : closest(name, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return `Where it may be absent, ask first: has(${node.input.slice(node.start, node.end)})`;
}

/** The library points at the missing name; the reference that holds that place tells what it was looked up in. */
function missingKey(
  node: ASTNode,
  context: JsonObject,
): { readonly parent: Json | undefined; readonly name: string | undefined } {
  const reference = celReferences(node.input).find(
    ({ range }) => range.start <= node.pos && node.pos < range.end,
  );
  let parent: Json | undefined = context;
  for (const part of reference?.parts ?? []) {
    if (!isObject(parent) || !Object.hasOwn(parent, part)) return { parent, name: part };
    parent = parent[part];
  }
  return { parent: undefined, name: undefined };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
