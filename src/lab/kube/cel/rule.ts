/*
 * One CEL expression of a definition: compiled once, evaluated over JSON. An expression that does not compile has a
 * problem that the server refuses its definition for; one that fails while it is evaluated breaks the rule, as on a
 * real server.
 */
import { isMap, type Json } from '../objects.ts';
import { environment, optionalOldSelfEnvironment, withLinearMatches } from './environment.ts';

type Evaluate = (scope: Record<string, unknown>) => unknown;

export type Compiled = { readonly evaluate: Evaluate } | { readonly problem: string };

/** What an expression speaks of. `oldSelf` is left out for rules that are no transition rules. */
export interface Scope {
  readonly self: Json;
  readonly oldSelf?: Json | undefined;
  /** oldSelf is an optional value, there or not. */
  readonly optionalOldSelf: boolean;
}

const compiled = new Map<string, Compiled>();
/** Rules are few per definition; the bound only keeps a long-lived process from growing. */
const compiledLimit = 5000;

export function compile(expression: string, optionalOldSelf = false): Compiled {
  const key = `${optionalOldSelf ? 'optional' : 'plain'} ${expression}`;
  let found = compiled.get(key);
  if (found === undefined) {
    found = compileNow(expression, optionalOldSelf);
    if (compiled.size < compiledLimit) compiled.set(key, found);
  }
  return found;
}

function compileNow(expression: string, optionalOldSelf: boolean): Compiled {
  try {
    const dialect = optionalOldSelf ? optionalOldSelfEnvironment : environment;
    const parsed = dialect.parse(withLinearMatches(expression));
    const { valid, error } = parsed.check();
    return valid ? { evaluate: parsed as Evaluate } : { problem: firstLine(error) };
  } catch (cause) {
    return { problem: firstLine(cause) };
  }
}

export type Evaluated = { readonly value: unknown } | { readonly problem: string };

export function evaluate(expression: string, scope: Scope): Evaluated {
  const rule = compile(expression, scope.optionalOldSelf);
  if ('problem' in rule) return rule;
  try {
    return { value: rule.evaluate({ self: toCel(scope.self), ...oldSelf(scope) }) };
  } catch (cause) {
    return { problem: firstLine(cause) };
  }
}

const optionalOf = environment.parse('optional.of(value)') as Evaluate;
const optionalNone = environment.parse('optional.none()') as Evaluate;

function oldSelf({ oldSelf: old, optionalOldSelf }: Scope): { oldSelf?: unknown } {
  if (!optionalOldSelf) return old === undefined ? {} : { oldSelf: toCel(old) };
  return { oldSelf: old === undefined ? optionalNone({}) : optionalOf({ value: toCel(old) }) };
}

/** CEL integers are bigints; JSON has only numbers. */
function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toCel(child)]));
}

/** The library's messages go on with the source and a caret. */
function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n', 1)[0] ?? '').trim();
}
