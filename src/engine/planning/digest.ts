// Digests of JSON values: how plans, env values and observations are compared without keeping them.
// The same value gives the same digest on every machine, whatever the order of its keys.

import { createHash } from 'node:crypto';
import type { EnvValue } from '../contracts/runbook.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

/** JSON text with keys sorted by UTF-16 code unit and no white space. Absent (undefined) members are left out. */
export function canonicalJson(value: Json): string {
  const parts: string[] = [];
  writeCanonical(
    value,
    (text) => void parts.push(text),
    (text) => JSON.stringify(text),
  );
  return parts.join('');
}

/**
 * "sha256:<64 hex digits>" of the canonical JSON text in UTF-8. `texts`: done to each string, and to each key, before it
 * is digested. The text of the whole is never held: that of a plan of many steps takes tens of megabytes.
 */
export function digestJson(value: Json, texts: (text: string) => string = (text) => text): string {
  const hash = createHash('sha256');
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    hash.update(waiting.join(''), 'utf8');
    waiting = [];
    length = 0;
  };
  const write = (text: string): void => {
    waiting.push(text);
    length += text.length;
    if (length >= flushedLength) flush();
  };
  writeCanonical(value, write, (text) => JSON.stringify(texts(text)));
  flush();
  return `sha256:${hash.digest('hex')}`;
}

const flushedLength = 64 * 1024;

function writeCanonical(
  value: Json,
  write: (text: string) => void,
  quoted: (text: string) => string,
): void {
  if (typeof value === 'string') return write(quoted(value));
  if (value === null || typeof value !== 'object') return write(JSON.stringify(value));
  let separator = '';
  if (isList(value)) {
    write('[');
    for (const item of value) {
      write(separator);
      writeCanonical(item, write, quoted);
      separator = ',';
    }
    return write(']');
  }
  write('{');
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key];
    if (member === undefined) continue;
    write(`${separator}${quoted(key)}:`);
    writeCanonical(member, write, quoted);
    separator = ',';
  }
  return write('}');
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
