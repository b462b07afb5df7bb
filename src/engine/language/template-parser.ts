// Parses Handlebars templates and describes them as data of our own. Only the parser of the handlebars package is
// used: nothing is ever compiled to code, and what the language does not have (partials, decorators) is refused here.

import Handlebars from 'handlebars';
import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import { templateHelpers } from './template-helpers.ts';

const { parse } = Handlebars;

/** A place in the template's text, from 0. */
export interface TemplateRange {
  readonly start: number;
  readonly end: number;
}

export type Expression =
  | {
      readonly kind: 'path';
      readonly parts: readonly string[];
      /** `@index`, `@key`, `@first`, `@last` */
      readonly data: boolean;
      readonly depth: number;
      readonly text: string;
      readonly range: TemplateRange;
    }
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | {
      readonly kind: 'call';
      readonly helper: string;
      readonly args: readonly Expression[];
      readonly range: TemplateRange;
    };

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Expression; readonly range: TemplateRange }
  | {
      readonly kind: 'block';
      readonly block: 'if' | 'unless' | 'each';
      readonly subject: Expression;
      readonly names: readonly string[];
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
      readonly range: TemplateRange;
    };

const maxTemplateLength = 256 * 1024;
const cacheSize = 2_000;
const cache = new Map<string, readonly TemplateNode[]>();

/** Whether a string is a template at all; everything else stands for itself. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/** Throws VALUE_UNRESOLVED with the template and what is wrong with it. */
export function parseTemplate(text: string): readonly TemplateNode[] {
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  if (text.length > maxTemplateLength) {
    throw new DrctlError(
      'VALUE_UNRESOLVED',
      `A template is longer than ${maxTemplateLength} characters`,
    );
  }
  let program: hbs.AST.Program;
  try {
    program = parse(text);
  } catch (cause) {
    const hint = /\{\{[^}]*\[\s*['"]/.test(text)
      ? {
          hint: 'Templates have no quotes in brackets: write steps.some-id.outputs, or [other text]',
        }
      : {};
    throw invalid(text, parserMessage(cause), { cause, ...hint });
  }
  const nodes = convertBody(program.body, text);
  // The cache only saves time, so dropping all of it now and then is simplest.
  if (cache.size >= cacheSize) cache.clear();
  cache.set(text, nodes);
  return nodes;
}

function convertBody(body: readonly hbs.AST.Statement[], text: string): TemplateNode[] {
  return body.flatMap((statement): TemplateNode[] => {
    switch (statement.type) {
      case 'ContentStatement':
        return [{ kind: 'text', text: (statement as hbs.AST.ContentStatement).value }];
      case 'CommentStatement':
        return [];
      case 'MustacheStatement': {
        const mustache = statement as hbs.AST.MustacheStatement;
        return [
          { kind: 'value', value: convertCall(mustache, text), range: rangeOf(mustache, text) },
        ];
      }
      case 'BlockStatement':
        return [convertBlock(statement as hbs.AST.BlockStatement, text)];
      default:
        throw invalid(text, 'partials and decorators are not part of the language');
    }
  });
}

function convertBlock(block: hbs.AST.BlockStatement, text: string): TemplateNode {
  const name = block.path.original;
  if (name !== 'if' && name !== 'unless' && name !== 'each') {
    throw invalid(text, `there is no block "#${name}"; there are #if, #unless and #each`);
  }
  const [subject] = block.params;
  if (subject === undefined || block.params.length > 1 || hasHash(block)) {
    throw invalid(text, `#${name} takes one value`);
  }
  return {
    kind: 'block',
    block: name,
    subject: convertExpression(subject, text),
    names: block.program?.blockParams ?? [],
    // Absent in "{{^if x}}…{{/if}}", which has only the other branch.
    body: block.program === undefined ? [] : convertBody(block.program.body, text),
    otherwise: block.inverse === undefined ? [] : convertBody(block.inverse.body, text),
    range: rangeOf(block, text),
  };
}

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression;

function convertCall(call: Call, text: string): Expression {
  if (hasHash(call)) throw invalid(text, 'helpers take no name=value arguments');
  const isBarePath = call.type === 'MustacheStatement' && call.params.length === 0;
  if (call.path.type !== 'PathExpression') return convertExpression(call.path, text);
  const path = call.path as hbs.AST.PathExpression;
  // "{{now}}" is a helper without arguments; every other bare word is a name.
  if (isBarePath && path.original !== 'now') return convertExpression(path, text);
  checkHelper(path.original, call.params.length, text);
  return {
    kind: 'call',
    helper: path.original,
    args: call.params.map((param) => convertExpression(param, text)),
    range: rangeOf(path, text),
  };
}

function checkHelper(name: string, count: number, text: string): void {
  const helper = templateHelpers.get(name);
  if (helper === undefined) {
    const near = closest(name, templateHelpers.keys());
    const hint =
      near === undefined
        ? `Helpers: ${[...templateHelpers.keys()].join(', ')}`
        : `Did you mean "${near}"?`;
    throw invalid(text, `there is no helper "${name}"`, { hint });
  }
  const [from, to] = helper.arity;
  if (count < from || count > to) throw invalid(text, `use it as ${helper.usage}`);
}

function convertExpression(node: hbs.AST.Expression, text: string): Expression {
  switch (node.type) {
    case 'PathExpression': {
      const path = node as hbs.AST.PathExpression;
      const range = rangeOf(path, text);
      return {
        kind: 'path',
        parts: path.parts,
        data: path.data,
        depth: path.depth,
        text: text.slice(range.start, range.end),
        range,
      };
    }
    case 'SubExpression':
      return convertCall(node as hbs.AST.SubExpression, text);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: (node as hbs.AST.StringLiteral).value };
    default:
      return { kind: 'literal', value: null };
  }
}

function hasHash(node: { readonly hash?: hbs.AST.Hash }): boolean {
  return (node.hash?.pairs.length ?? 0) > 0;
}

/** The parser counts lines from 1 and columns from 0. */
function rangeOf(node: hbs.AST.Node, text: string): TemplateRange {
  return { start: offsetOf(node.loc.start, text), end: offsetOf(node.loc.end, text) };
}

function offsetOf(position: hbs.AST.Position, text: string): number {
  let offset = 0;
  for (let line = 1; line < position.line; line += 1) offset = text.indexOf('\n', offset) + 1;
  return offset + position.column;
}

/** The parser's message is a picture of several lines that ends in a list of its token names; people need neither. */
function parserMessage(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const got = /got '(\w+)'\s*$/.exec(message)?.[1];
  if (got === undefined) return message.split('\n')[0] ?? message;
  return got === 'EOF'
    ? 'it ends before a block is closed'
    : 'the expression between {{ and }} cannot be read';
}

function invalid(
  text: string,
  why: string,
  options: { readonly cause?: unknown; readonly hint?: string } = {},
): DrctlError {
  return new DrctlError('VALUE_UNRESOLVED', `The template "${text}" is invalid: ${why}`, {
    hint: 'Write {{name}}, {{helper value}} or {{#if name}}…{{/if}}; \\{{ for a literal {{',
    ...options,
  });
}
