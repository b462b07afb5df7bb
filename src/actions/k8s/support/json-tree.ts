// JSON as a tree: equality, places and changes of places. Everything is pure: a changed copy is given back.

import { DrctlError } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';

/** Keys from the root; the index, as text, for an element of a list. */
export type Path = readonly string[];

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Our own records are JSON by construction; their interfaces only lack the index signature. */
export function asJson(value: object): Json {
  return value as unknown as Json;
}

/** Text as it is, anything else as JSON; nothing for what is absent. */
export function textOf(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Equal in value; the order of keys does not count, that of lists does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** A key after a dot, or any key in brackets and quotes. */
const pathPart = /(?:^|(?<!^)\.)([^.[\]"]+)|\["([^"]+)"\]/gy;

/**
 * "spec.replicas"; a key with dots as plans show it, `metadata.annotations["example.com/a"]`, or all of it as a JSON
 * pointer, "/metadata/annotations/example.com~1a". PARAMS_INVALID.
 */
export function parsePath(text: string): Path {
  if (!text.startsWith('/')) {
    const parts = [...text.matchAll(pathPart)];
    const isWhole = parts.map(([part]) => part).join('') === text;
    if (isWhole && parts.length > 0) return parts.map(([, plain, quoted]) => plain ?? quoted ?? '');
    throw new DrctlError('PARAMS_INVALID', `"${text}" is not a path`, {
      hint: 'Write a dotted path, with a key that has dots in it as ["KEY"], or a JSON pointer',
    });
  }
  return text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** For people: keys that are not plain words are quoted. */
export function showPath(path: Path): string {
  return path
    .map((key, index) => {
      if (!/^[A-Za-z0-9_-]+$/.test(key)) return `["${key}"]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

export function valueAt(document: Json | undefined, path: Path): Json | undefined {
  let value = document;
  for (const key of path) {
    if (isList(value)) value = value[Number(key)];
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** Makes missing objects on the way. Throws PARAMS_INVALID when something else is in the way. */
export function withValueAt<T extends Json>(document: T, path: Path, value: Json): T {
  const [key, ...rest] = path;
  if (key === undefined) return value as T;
  const at: Json | undefined = document;
  if (isList(at)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > at.length) {
      throw new DrctlError('PARAMS_INVALID', `A list has no place "${key}"`);
    }
    const changed = withValueAt(at[index] ?? {}, rest, value);
    return at.toSpliced(index, 1, changed) as unknown as T;
  }
  if (!isJsonObject(at)) {
    throw new DrctlError('PARAMS_INVALID', `Nothing can be set at "${showPath(path)}"`, {
      hint: `There is ${JSON.stringify(at)} in the way`,
    });
  }
  const child = Object.hasOwn(at, key) ? at[key] : undefined;
  return { ...at, [key]: withValueAt(child ?? {}, rest, value) } as unknown as T;
}

/** Nothing happens where there is nothing. */
export function withoutPath<T extends Json>(document: T, path: Path): T {
  const [key, ...rest] = path;
  const at: Json = document;
  if (key === undefined || valueAt(at, path) === undefined) return document;
  if (isList(at)) {
    const index = Number(key);
    const changed = rest.length === 0 ? [] : [withoutPath(at[index] ?? null, rest)];
    return at.toSpliced(index, 1, ...changed) as unknown as T;
  }
  const { [key]: child, ...others } = at as JsonObject;
  if (rest.length === 0) return others as unknown as T;
  return { ...others, [key]: withoutPath(child ?? null, rest) } as unknown as T;
}

export interface TreeChange {
  readonly path: Path;
  /** Absent: nothing is there. */
  readonly before?: Json;
  readonly after?: Json;
}

/** What differs, as deep as objects go; lists are compared and given whole. Ordered by path. */
export function treeChanges(
  before: Json | undefined,
  after: Json | undefined,
  path: Path = [],
): readonly TreeChange[] {
  if (sameJson(before, after)) return [];
  if (!isJsonObject(before) || !isJsonObject(after)) {
    return [
      {
        path,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) =>
    treeChanges(
      Object.hasOwn(before, key) ? before[key] : undefined,
      Object.hasOwn(after, key) ? after[key] : undefined,
      [...path, key],
    ),
  );
}
