// Values at dotted paths of JSON. No key that the conversion speaks of has a dot in it.

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = Record<string, Json>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** '' for what is no text. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function valueAt(object: Json, path: string): Json | undefined {
  let current: Json | undefined = object;
  for (const key of path.split('.')) {
    if (!isMap(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** Makes the maps on the way. Changes its argument. */
export function setAt(object: JsonMap, path: string, value: Json): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let current = object;
  for (const key of keys) {
    const next = current[key];
    const below: JsonMap = isMap(next) ? next : {};
    current[key] = below;
    current = below;
  }
  current[last] = value;
}

/** Takes maps that are empty afterwards along: the newer version does not allow them. Changes its argument. */
export function removeAt(object: JsonMap, path: string): void {
  const [key = '', ...rest] = path.split('.');
  const below = object[key];
  if (rest.length === 0) delete object[key];
  if (!isMap(below) || rest.length === 0) return;
  removeAt(below, rest.join('.'));
  if (Object.keys(below).length === 0) delete object[key];
}
