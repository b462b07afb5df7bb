// The helpers of templates: pure functions over JSON. None reaches files, network, processes or a clock.

import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { startedAt } from './run-scope.ts';

export interface TemplateHelper {
  readonly usage: string;
  readonly summary: string;
  /** How many arguments it takes: from, to. */
  readonly arity: readonly [number, number];
  run(args: readonly Json[], scope: Scope): Json;
}

/** One table for the interpreter, the loader's checks and the generated docs. */
export const templateHelpers: ReadonlyMap<string, TemplateHelper> = new Map(
  Object.entries({
    default: {
      usage: '{{default value fallback}}',
      summary: 'The value, or the fallback when the value is absent, null or the empty string',
      arity: [2, 2],
      run: ([value, fallback]) => (isAbsent(value) ? (fallback ?? null) : (value ?? null)),
    },
    join: {
      usage: '{{join list ","}}',
      summary: 'The items of a list as one string; the separator defaults to a comma',
      arity: [1, 2],
      run: ([list, separator]) =>
        listOf('join', list)
          .map(textOf)
          .join(textOf(separator ?? ',')),
    },
    replace: {
      usage: '{{replace text from to}}',
      summary: 'The text with every occurrence of `from` (plain text, no pattern) replaced',
      arity: [3, 3],
      run: ([text, from, to]) => textOf(text).replaceAll(textOf(from), () => textOf(to)),
    },
    json: {
      usage: '{{json value}}',
      summary: 'The value as compact JSON',
      arity: [1, 1],
      run: ([value]) => JSON.stringify(value ?? null),
    },
    base64: {
      usage: '{{base64 text}}',
      summary: 'The UTF-8 bytes of the text in base64',
      arity: [1, 1],
      run: ([text]) => Buffer.from(textOf(text), 'utf8').toString('base64'),
    },
    lower: {
      usage: '{{lower text}}',
      summary: 'The text in lower case',
      arity: [1, 1],
      run: ([text]) => textOf(text).toLowerCase(),
    },
    upper: {
      usage: '{{upper text}}',
      summary: 'The text in upper case',
      arity: [1, 1],
      run: ([text]) => textOf(text).toUpperCase(),
    },
    basename: {
      usage: '{{basename path}}',
      summary: 'The last part of a path with / between its parts',
      arity: [1, 1],
      run: ([path]) => textOf(path).replace(/\/+$/, '').split('/').at(-1) ?? '',
    },
    now: {
      usage: '{{now}}',
      summary:
        'When the run began (run.startedAt, RFC 3339, UTC): the same in every step and on resume',
      arity: [0, 0],
      run: (_args, scope) => startedAt(scope.run),
    },
  } satisfies Record<string, TemplateHelper>),
);

/** A scalar as text. Lists and objects have no one text, so they are refused. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) {
    throw new DrctlError('VALUE_UNRESOLVED', 'A value that is needed as text is absent', {
      hint: 'Give it a fallback: {{default value "…"}}',
    });
  }
  if (typeof value === 'object') {
    throw new DrctlError('VALUE_UNRESOLVED', 'A list or an object cannot be used as text', {
      hint: 'Write {{json value}}, or {{join list ","}}',
    });
  }
  return String(value);
}

/** What `default` replaces. */
export function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function listOf(helper: string, value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new DrctlError('VALUE_UNRESOLVED', `${helper} takes a list, not ${JSON.stringify(value)}`);
}
