// One declared env value: text → the declared type, checked against enum and pattern. Messages never show a value that
// is declared sensitive.

import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { EnvDeclaration } from '../contracts/runbook.ts';
import { compilePattern } from './cel-functions.ts';
import { textOf } from './template-helpers.ts';

export type Converted =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Whether the empty string counts as "not given": everywhere but for plain optional text. */
export function isEmptyAbsent(declaration: EnvDeclaration): boolean {
  const { type, required, enum: allowed, pattern } = declaration;
  return type !== 'string' || required || allowed !== undefined || pattern !== undefined;
}

export function convertEnvValue(
  name: string,
  text: string,
  declaration: EnvDeclaration,
): Converted {
  const shown = declaration.sensitive ? 'the given value' : `"${text}"`;
  const value = convertType(text, declaration.type);
  if (value === undefined) {
    const article = declaration.type === 'integer' ? 'an' : 'a';
    const hint = declaration.type === 'boolean' ? { hint: 'Write true or false' } : {};
    return {
      ok: false,
      message: `${name} must be ${article} ${declaration.type}, not ${shown}`,
      ...hint,
    };
  }
  const allowed = declaration.enum;
  if (allowed !== undefined && !allowed.some((item) => textOf(item) === textOf(value))) {
    const near = closest(text, allowed.map(textOf));
    return {
      ok: false,
      message: `${name} must be one of ${allowed.map(textOf).join(', ')}, not ${shown}`,
      ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
    };
  }
  if (
    declaration.pattern !== undefined &&
    !compilePattern(declaration.pattern).matcher(text).find()
  ) {
    return {
      ok: false,
      message: `${name} does not match ${declaration.pattern}: ${shown}`,
      ...(declaration.description === undefined ? {} : { hint: declaration.description }),
    };
  }
  return { ok: true, value };
}

function convertType(text: string, type: EnvDeclaration['type']): Json | undefined {
  switch (type) {
    case 'string':
    case 'file':
      return text;
    case 'integer':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))
        ? Number(text)
        : undefined;
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : undefined;
    case 'boolean':
      if (/^(true|yes|1)$/i.test(text)) return true;
      return /^(false|no|0)$/i.test(text) ? false : undefined;
    default:
      throw new DrctlError('ENV_INVALID', `Unknown type ${JSON.stringify(type)}`);
  }
}
