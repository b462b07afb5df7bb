// The one CEL environment: parses an expression once and keeps it. Expressions see dynamic values; what they call is
// fixed here.

import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { DrctlError } from '../contracts/errors.ts';
import { celFunctions, linearMatches } from './cel-functions.ts';

const maxExpressionLength = 10_000;
const cacheSize = 2_000;
const cache = new Map<string, ParsedCel>();

export interface ParsedCel {
  readonly run: ParseResult;
  /** Of the expression as it was written. */
  readonly ast: ASTNode;
}

const numberOperators = [
  ['+', (a: number, b: number) => a + b],
  ['-', (a: number, b: number) => a - b],
  ['*', (a: number, b: number) => a * b],
  ['/', (a: number, b: number) => a / b],
] as const;

const environment = createEnvironment();

function createEnvironment(): Environment {
  const created = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  for (const { signature, handler } of celFunctions) created.registerFunction(signature, handler);
  // JSON does not tell 2 from 2.0, so sums of both must work.
  for (const [operator, run] of numberOperators) {
    const mixed = (a: bigint | number, b: bigint | number): number => run(Number(a), Number(b));
    created.registerOperator(`int ${operator} double`, mixed);
    created.registerOperator(`double ${operator} int`, mixed);
  }
  return created;
}

/** Throws VALUE_UNRESOLVED with the expression and what is wrong with its syntax or its calls. */
export function parseCel(expression: string): ParsedCel {
  const cached = cache.get(expression);
  if (cached !== undefined) return cached;
  if (expression.length > maxExpressionLength) {
    throw new DrctlError(
      'VALUE_UNRESOLVED',
      `An expression is longer than ${maxExpressionLength} characters`,
    );
  }
  try {
    const written = environment.parse(expression);
    const { ast } = written;
    const rewritten = withLinearMatches(withAnyHas(expression));
    const run = rewritten === expression ? written : environment.parse(rewritten);
    const checked = run.check();
    if (!checked.valid && checked.error !== undefined) throw checked.error;
    if (cache.size >= cacheSize) cache.clear();
    const parsed = { run, ast };
    cache.set(expression, parsed);
    return parsed;
  } catch (cause) {
    throw new DrctlError(
      'VALUE_UNRESOLVED',
      `The expression "${expression}" is invalid: ${celMessage(cause)}`,
      {
        cause,
        ...(expression.includes('{{')
          ? { hint: 'Conditions are CEL: write names as they are, without {{ and }}' }
          : {}),
      },
    );
  }
}

/** The library's message without its picture of the source, and with the names that people wrote. */
export function celMessage(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const summary =
    'summary' in cause && typeof cause.summary === 'string' ? cause.summary : undefined;
  return (summary ?? cause.message.split('\n')[0] ?? '').replaceAll(linearMatches, 'matches');
}

function withLinearMatches(expression: string): string {
  if (!expression.includes('matches')) return expression;
  let text = expression;
  visitCel(environment.parse(expression).ast, (node) => {
    if (node.op !== 'rcall' || node.args[0] !== 'matches') return;
    const at = text.indexOf('matches', node.args[1].end);
    if (at < 0) return;
    text = text.slice(0, at) + linearMatches + text.slice(at + linearMatches.length);
  });
  return text;
}

const maxRewrites = 100;

/** The library's has() takes names with dots only, which rules out has(steps['a-b'].outputs.x). */
function withAnyHas(expression: string): string {
  if (!expression.includes('has')) return expression;
  let text = expression;
  for (let count = 0; count < maxRewrites; count += 1) {
    const found = bracketHas(environment.parse(text).ast);
    if (found === undefined) return text;
    const { call, base, field } = found;
    const inner = text.slice(base.start, base.end - field.length).replace(/\s*\.\s*$/, '');
    text = `${text.slice(0, call.start)}hasKey(${inner}, "${field}")${text.slice(call.end)}`;
  }
  return text;
}

function bracketHas(
  ast: ASTNode,
): { readonly call: ASTNode; readonly base: ASTNode; readonly field: string } | undefined {
  let found: ReturnType<typeof bracketHas>;
  visitCel(ast, (node) => {
    if (found !== undefined || node.op !== 'call' || node.args[0] !== 'has') return;
    const [argument] = node.args[1];
    if (argument?.op !== '.' || isDotted(argument)) return;
    found = { call: node, base: argument, field: argument.args[1] };
  });
  return found;
}

function isDotted(node: ASTNode): boolean {
  if (node.op === 'id') return true;
  return (node.op === '.' || node.op === '.?') && isDotted(node.args[0]);
}

/** Every node, parents first. */
export function visitCel(node: ASTNode, visit: (node: ASTNode) => void): void {
  visit(node);
  for (const child of childrenOf(node.args)) visitCel(child, visit);
}

/** The operands of a node, wherever its kind keeps them (maps and calls nest them in arrays). */
export function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap((item: unknown) => childrenOf(item));
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
