// Renders templates by interpreting their parsed form. A scalar that is one whole expression keeps the type of its
// value; nothing is escaped for HTML; a result is never rendered again. Keys of objects are left as they are.

import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { learnDerived } from './derived-secrets.ts';
import { descend, resolvePath, scopeNames, unresolved } from './resolve-path.ts';
import type { Resolved } from './resolve-path.ts';
import { isAbsent, templateHelpers, textOf } from './template-helpers.ts';
import { isTemplate, parseTemplate } from './template-parser.ts';
import type { Expression, TemplateNode } from './template-parser.ts';

/** `shown` has "(known after X)" where a step that has not ended would give the value. */
export type Rendered =
  | { readonly known: true; readonly value: Json }
  | { readonly known: false; readonly shown: Json; readonly waitsFor: readonly string[] };

/** Bounds of one template: statements and repetitions carried out, and characters written. */
const maxStatements = 200_000;
const maxTextLength = 4 * 1024 * 1024;
/** Values nested deeper are refused: nobody writes them, and recursion has to end. */
const maxDepth = 200;

/** Throws VALUE_UNRESOLVED for an unknown name, an unknown helper, or a value that does not fit its place. */
export function renderValue(template: Json, scope: Scope): Rendered {
  return renderNested(template, scope, 0);
}

function renderNested(template: Json, scope: Scope, depth: number): Rendered {
  if (depth > maxDepth) {
    throw new DrctlError('VALUE_UNRESOLVED', `A value is nested deeper than ${maxDepth} levels`);
  }
  if (typeof template === 'string') return renderString(template, scope);
  if (template === null || typeof template !== 'object') return { known: true, value: template };
  const entries = Object.entries(template as JsonObject).map(
    ([key, value]) => [key, renderNested(value, scope, depth + 1)] as const,
  );
  const rebuild = (values: readonly (readonly [string, Json])[]): Json =>
    Array.isArray(template) ? values.map(([, value]) => value) : Object.fromEntries(values);
  const waitsFor = [
    ...new Set(entries.flatMap(([, rendered]) => (rendered.known ? [] : rendered.waitsFor))),
  ];
  const shown = rebuild(entries.map(([key, item]) => [key, item.known ? item.value : item.shown]));
  return waitsFor.length === 0 ? { known: true, value: shown } : { known: false, shown, waitsFor };
}

function renderString(text: string, scope: Scope): Rendered {
  if (!isTemplate(text)) return { known: true, value: text };
  const nodes = parseTemplate(text);
  const [only] = nodes;
  try {
    if (nodes.length === 1 && only?.kind === 'value') {
      const resolved = evaluate(only.value, { scope, locals: [], text });
      if (resolved.known) return resolved;
      return { ...resolved, shown: unknownIn(scope, resolved.waitsFor) };
    }
    const output = new Output((steps) => unknownIn(scope, steps));
    write(nodes, { scope, locals: [], text }, output);
    return output.rendered();
  } catch (error) {
    throw withTemplate(error, text);
  }
}

interface Frame {
  readonly scope: Scope;
  /** Names of the blocks around, innermost last. */
  readonly locals: readonly Local[];
  readonly text: string;
}

interface Local {
  readonly item: Json;
  readonly data: Readonly<Record<string, Json>>;
  readonly names: Readonly<Record<string, Json>>;
}

class Output {
  private readonly parts: string[] = [];
  private readonly waitsFor = new Set<string>();
  private length = 0;
  private statements = 0;
  private readonly inPlaceOf: (steps: readonly string[]) => string;

  constructor(inPlaceOf: (steps: readonly string[]) => string) {
    this.inPlaceOf = inPlaceOf;
  }

  text(part: string): void {
    this.length += part.length;
    if (this.length > maxTextLength) {
      throw new DrctlError(
        'VALUE_UNRESOLVED',
        `A template gives more than ${maxTextLength} characters`,
      );
    }
    this.parts.push(part);
  }

  unknown(steps: readonly string[]): void {
    for (const step of steps) this.waitsFor.add(step);
    this.text(this.inPlaceOf(steps));
  }

  count(): void {
    this.statements += 1;
    if (this.statements > maxStatements) {
      throw new DrctlError('VALUE_UNRESOLVED', `A template takes more than ${maxStatements} steps`);
    }
  }

  rendered(): Rendered {
    const value = this.parts.join('');
    return this.waitsFor.size === 0
      ? { known: true, value }
      : { known: false, shown: value, waitsFor: [...this.waitsFor] };
  }
}

function write(nodes: readonly TemplateNode[], frame: Frame, output: Output): void {
  for (const node of nodes) {
    output.count();
    if (node.kind === 'text') {
      output.text(node.text);
    } else if (node.kind === 'value') {
      const resolved = evaluate(node.value, frame);
      if (resolved.known) output.text(textWithin(node.value, resolved.value));
      else output.unknown(resolved.waitsFor);
    } else {
      writeBlock(node, frame, output);
    }
  }
}

/** Inside a longer string an absent value is a mistake more often than not: "backup-" + nothing. */
function textWithin(expression: Expression, value: Json): string {
  if (value === null && expression.kind === 'path') {
    throw new DrctlError('VALUE_UNRESOLVED', `${expression.text} has no value`, {
      hint: `Give it one, or write {{default ${expression.text} "…"}}`,
    });
  }
  return textOf(value);
}

function writeBlock(
  node: Extract<TemplateNode, { kind: 'block' }>,
  frame: Frame,
  output: Output,
): void {
  const subject = evaluate(node.subject, frame);
  if (!subject.known) {
    output.unknown(subject.waitsFor);
    return;
  }
  if (node.block !== 'each') {
    const holds = isTruthy(subject.value) === (node.block === 'if');
    write(holds ? node.body : node.otherwise, frame, output);
    return;
  }
  const entries = entriesOf(subject.value);
  if (entries.length === 0) write(node.otherwise, frame, output);
  for (const [index, [key, item]] of entries.entries()) {
    output.count();
    const [itemName, keyName] = node.names;
    const local: Local = {
      item,
      data: { index, key, first: index === 0, last: index === entries.length - 1 },
      names: {
        ...(itemName === undefined ? {} : { [itemName]: item }),
        ...(keyName === undefined ? {} : { [keyName]: key }),
      },
    };
    write(node.body, { ...frame, locals: [...frame.locals, local] }, output);
  }
}

function entriesOf(value: Json): readonly (readonly [number | string, Json])[] {
  if (value === null) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).map((item, index) => [index, item]);
  if (typeof value === 'object') return Object.entries(value as JsonObject);
  throw new DrctlError('VALUE_UNRESOLVED', '#each takes a list or an object');
}

function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== false && value !== 0 && value !== '';
}

function evaluate(expression: Expression, frame: Frame): Resolved {
  if (expression.kind === 'literal') return { known: true, value: expression.value };
  return expression.kind === 'path' ? resolveName(expression, frame) : call(expression, frame);
}

function resolveName(path: Extract<Expression, { kind: 'path' }>, frame: Frame): Resolved {
  if (path.depth > 0) {
    throw unresolved(
      path.text,
      '"../" is not needed: env, vars, steps and run are visible everywhere',
      undefined,
    );
  }
  const local = frame.locals.at(-1);
  const [first = '', ...rest] = path.parts;
  if (path.data) {
    const known = local?.data ?? {};
    return { known: true, value: descend(known, path.parts, path.text, 'the block') };
  }
  const named = frame.locals.findLast(({ names }) => Object.hasOwn(names, first));
  if (named !== undefined) {
    return { known: true, value: descend(named.names[first] ?? null, rest, path.text, first) };
  }
  const isOfItem = /^(this|\.)(\W|$)/.test(path.text);
  if (local === undefined || (!isOfItem && (scopeNames as readonly string[]).includes(first))) {
    return resolvePath(path.parts, frame.scope, path.text);
  }
  return { known: true, value: descend(local.item, path.parts, path.text, 'this') };
}

function call(expression: Extract<Expression, { kind: 'call' }>, frame: Frame): Resolved {
  const { helper: name } = expression;
  const helper = templateHelpers.get(name);
  invariant(helper, 'The parser refuses unknown helpers');
  const args = expression.args.map((arg, index) =>
    name === 'default' && index === 0 ? evaluateLeniently(arg, frame) : evaluate(arg, frame),
  );
  const waitsFor = [...new Set(args.flatMap((arg) => (arg.known ? [] : arg.waitsFor)))];
  if (waitsFor.length > 0) return { known: false, waitsFor };
  const values = args.map((arg) => (arg.known ? arg.value : null));
  const value = helper.run(values, frame.scope);
  learnDerived(frame.scope.secrets, values, value);
  return { known: true, value };
}

/** For `default`: what has no value there counts as absent. Misspelt names of env and vars stay errors at load. */
function evaluateLeniently(expression: Expression, frame: Frame): Resolved {
  try {
    const resolved = evaluate(expression, frame);
    return resolved.known && isAbsent(resolved.value) ? { known: true, value: null } : resolved;
  } catch (error) {
    if (error instanceof DrctlError && expression.kind === 'path') {
      return { known: true, value: null };
    }
    throw error;
  }
}

function unknownIn({ ahead }: Scope, steps: readonly string[]): string {
  return ahead?.text ?? `(known after ${steps.join(', ')})`;
}

function withTemplate(error: unknown, text: string): unknown {
  if (!(error instanceof DrctlError) || error.message.includes(`"${text}"`)) return error;
  return new DrctlError(error.code, `${error.message} (in "${text}")`, {
    cause: error.cause,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
