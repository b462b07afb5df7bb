// What a template or an expression refers to, found without evaluating it: the loader checks these names, infers which
// steps need which, and rewrites them in included files.

import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../contracts/json.ts';
import { childrenOf, parseCel } from './cel-environment.ts';
import { stepNamedBy } from './resolve-path.ts';
import { isTemplate, parseTemplate } from './template-parser.ts';
import type { Expression, TemplateNode, TemplateRange } from './template-parser.ts';

export interface Reference {
  /** "env", "steps", …, then the names below it as far as they are fixed. */
  readonly parts: readonly string[];
  /** Where it stands in the text, from 0. */
  readonly range: TemplateRange;
  /** CEL only: where each of `parts` ends. */
  readonly ends: readonly number[];
  /** The name after `parts` is computed: steps[item]. */
  readonly computed: boolean;
}

/** Throws VALUE_UNRESOLVED when the text is not a template. */
export function templateReferences(text: string): readonly Reference[] {
  if (!isTemplate(text)) return [];
  const found: Reference[] = [];
  for (const node of parseTemplate(text)) fromTemplate(node, [], found);
  return found;
}

function fromTemplate(node: TemplateNode, names: readonly string[], found: Reference[]): void {
  if (node.kind === 'text') return;
  if (node.kind === 'value') {
    fromTemplateExpression(node.value, names, found);
    return;
  }
  fromTemplateExpression(node.subject, names, found);
  // "" stands for the item itself: inside #each a bare name may be one of the item's.
  const inner = node.block === 'each' ? [...names, ...node.names, ''] : names;
  for (const child of node.body) fromTemplate(child, inner, found);
  for (const child of node.otherwise) fromTemplate(child, names, found);
}

const roots = new Set(['env', 'vars', 'steps', 'item', 'run', 'params']);

function fromTemplateExpression(
  expression: Expression,
  names: readonly string[],
  found: Reference[],
): void {
  if (expression.kind === 'call') {
    for (const arg of expression.args) fromTemplateExpression(arg, names, found);
    return;
  }
  if (expression.kind === 'literal' || expression.data) return;
  const [first = ''] = expression.parts;
  const isOfItem =
    names.includes('') && (!roots.has(first) || /^(this|\.)(\W|$)/.test(expression.text));
  if (names.includes(first) || isOfItem) return;
  found.push({ parts: expression.parts, range: expression.range, ends: [], computed: false });
}

/** Throws VALUE_UNRESOLVED when the text is not CEL. */
export function celReferences(expression: string): readonly Reference[] {
  const found: Reference[] = [];
  fromCelNode(parseCel(expression).ast, [], found);
  return found;
}

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function fromCelNode(node: ASTNode, bound: readonly string[], found: Reference[]): void {
  const chain = chainOf(node);
  if (chain !== undefined) {
    const { parts, range, ends, computed } = chain;
    if (!bound.includes(parts[0] ?? '')) found.push({ parts, range, ends, computed });
    for (const index of chain.indexes) fromCelNode(index, bound, found);
  } else if (node.op === 'rcall') {
    fromMethodCall(node.args, bound, found);
  } else {
    for (const child of childrenOf(node.args)) fromCelNode(child, bound, found);
  }
}

type MethodCall = Extract<ASTNode, { op: 'rcall' }>['args'];

function fromMethodCall(call: MethodCall, bound: readonly string[], found: Reference[]): void {
  const [name, receiver, args] = call;
  const [variable, ...rest] = args;
  const isNamespace = receiver.op === 'id' && ['cel', 'optional'].includes(receiver.args);
  if (!isNamespace) fromCelNode(receiver, bound, found);
  const binds = variable?.op === 'id' && rest.length > 0;
  if (!binds || !(isNamespace || comprehensions.has(name))) {
    for (const arg of args) fromCelNode(arg, bound, found);
    return;
  }
  // cel.bind(name, value, body): the value does not see the name yet.
  for (const [index, arg] of rest.entries()) {
    const seesName = name !== 'bind' || index > 0;
    fromCelNode(arg, seesName ? [...bound, variable.args] : bound, found);
  }
}

interface Chain {
  readonly parts: readonly string[];
  readonly range: TemplateRange;
  readonly ends: readonly number[];
  readonly computed: boolean;
  /** Computed names along the way, which may refer to something themselves. */
  readonly indexes: readonly ASTNode[];
}

/** a.b['c'] as ["a", "b", "c"]; undefined for anything that does not start at a name. */
function chainOf(node: ASTNode): Chain | undefined {
  const range = { start: node.start, end: node.end };
  if (node.op === 'id') {
    return { parts: [node.args], range, ends: [node.end], computed: false, indexes: [] };
  }
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]')
    return undefined;
  const [from, name] = node.args;
  const chain = chainOf(from);
  if (chain === undefined) return undefined;
  const key = fixedName(name);
  if (key === undefined) {
    const indexes = [...chain.indexes, ...(typeof name === 'string' ? [] : [name])];
    return { ...chain, computed: true, indexes };
  }
  if (chain.computed) return chain;
  return { ...chain, parts: [...chain.parts, key], ends: [...chain.ends, node.end], range };
}

function fixedName(name: string | ASTNode): string | undefined {
  if (typeof name === 'string') return name;
  if (name.op !== 'value') return undefined;
  return typeof name.args === 'string' || typeof name.args === 'bigint'
    ? String(name.args)
    : undefined;
}

/** The ids of the steps that are referred to, each once. Throws VALUE_UNRESOLVED for a text that cannot be parsed. */
export function stepReferences(value: Json | string, kind: 'template' | 'cel'): readonly string[] {
  const references =
    kind === 'cel' && typeof value === 'string'
      ? celReferences(value)
      : stringsIn(value).flatMap(templateReferences);
  const ids = references.flatMap(({ parts }) => {
    const step = parts[0] === 'steps' ? stepNamedBy(parts.slice(1)) : undefined;
    return step === undefined ? [] : [step.id];
  });
  return [...new Set(ids)];
}

function stringsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value as JsonObject).flatMap(stringsIn);
}
