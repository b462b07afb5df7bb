// Digests of JSON values: how plans, env values and observations are compared without keeping them.
// The same value gives the same digest on every machine, whatever the order of its keys.

import { createHash } from 'node:crypto';
import type { EnvValue } from '../contracts/runbook.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

/** JSON text with keys sorted by UTF-16 code unit and no white space. Absent (undefined) members are left out. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

/** "sha256:<64 hex digits>" of the canonical JSON text in UTF-8. */
export function digestJson(value: Json): string {
  return digestText(canonicalJson(value));
}

/** "sha256:<64 hex digits>" of the text in UTF-8. */
export function digestText(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

/** Digest of all env values that are not sensitive; a value that is not given counts as null. */
export function digestEnv(env: readonly EnvValue[]): string {
  const open: Record<string, Json> = {};
  for (const { name, value, sensitive } of env) if (!sensitive) open[name] = value ?? null;
  return digestJson(open);
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
