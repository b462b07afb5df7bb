// Turns the names of an included file into those of the runbook: its steps get the prefix, and its parameters become
// vars. Positions for messages are always those of the text as written.

import type { Json, JsonObject } from '../contracts/json.ts';
import { celReferences, templateReferences } from './references.ts';
import type { Reference } from './references.ts';
import { stepNamedBy } from './resolve-path.ts';
import { childSchemas, isObject, markerOf } from './schema-walk.ts';
import { isTemplate, parseTemplate } from './template-parser.ts';
import type { FileScope } from './loading.ts';

/** The name of the var that holds an include's parameter. Its dot keeps it apart from the runbook's own vars. */
export function paramVar(scope: FileScope, name: string): string {
  return `${scope.prefix}${name}`;
}

/** Texts that cannot be parsed are left as they are: the checks report them. */
export function rewriteCel(expression: string, scope: FileScope): string {
  return rewrite(expression, scope, {
    find: celReferences,
    write: (root, name, reference) => {
      const end =
        reference.ends[root === 'steps' ? stepLength(reference) : 1] ?? reference.range.end;
      return { text: `${root}[${JSON.stringify(name)}]`, end };
    },
  });
}

export function rewriteTemplate(template: string, scope: FileScope): string {
  return rewrite(template, scope, {
    find: templateReferences,
    write: (root, name, reference) => {
      const rest = reference.parts.slice(root === 'steps' ? stepLength(reference) + 1 : 2);
      return { text: [root, name, ...rest].map(segment).join('.'), end: reference.range.end };
    },
  });
}

function stepLength({ parts }: Reference): number {
  return stepNamedBy(parts.slice(1))?.length ?? 1;
}

function segment(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : `[${name}]`;
}

interface Syntax {
  find(text: string): readonly Reference[];
  write(
    root: 'steps' | 'vars',
    name: string,
    reference: Reference,
  ): { readonly text: string; readonly end: number };
}

function rewrite(text: string, scope: FileScope, syntax: Syntax): string {
  if (scope.prefix === '') return text;
  let references: readonly Reference[];
  try {
    references = syntax.find(text);
  } catch {
    return text;
  }
  // From the end, so that earlier offsets stay right.
  let result = text;
  for (const reference of references.toSorted((a, b) => b.range.start - a.range.start)) {
    const [root] = reference.parts;
    const named =
      root === 'steps' ? stepNamedBy(reference.parts.slice(1))?.id : reference.parts.slice(1)[0];
    if ((root !== 'steps' && root !== 'params') || named === undefined) continue;
    const name = root === 'steps' ? `${scope.prefix}${named}` : paramVar(scope, named);
    const written = syntax.write(root === 'steps' ? 'steps' : 'vars', name, reference);
    result = result.slice(0, reference.range.start) + written.text + result.slice(written.end);
  }
  return result;
}

/** Every template in a value; what `schemas` mark as CEL is rewritten as CEL. */
export function rewriteValue(
  value: Json,
  scope: FileScope,
  schemas: readonly JsonObject[] = [],
): Json {
  if (scope.prefix === '') return value;
  if (typeof value === 'string') {
    if (markerOf(schemas) === 'cel') return rewriteCel(value, scope);
    return givenLiterally(value, scope) ?? rewriteTemplate(value, scope);
  }
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item, index) =>
      rewriteValue(item, scope, childSchemas(schemas, index)),
    );
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      rewriteValue(item, scope, childSchemas(schemas, key)),
    ]),
  );
}

/** "{{params.target}}" with a plain value stands for that value, so that the loader can check it: a target's name. */
function givenLiterally(text: string, scope: FileScope): Json | undefined {
  if (!isTemplate(text)) return undefined;
  try {
    const [node, ...others] = parseTemplate(text);
    if (node?.kind !== 'value' || others.length > 0 || node.value.kind !== 'path') return undefined;
    const [root, name = '', ...rest] = node.value.parts;
    const given = root === 'params' && rest.length === 0 ? scope.params?.get(name) : undefined;
    return given === undefined || hasTemplate(given) ? undefined : given;
  } catch {
    return undefined;
  }
}

function hasTemplate(value: Json): boolean {
  if (typeof value === 'string') return isTemplate(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasTemplate);
}
