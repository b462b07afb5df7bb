// A conversion as data: which value moves from where in the older version to where in the newer one. Both directions
// follow from one table, so they cannot disagree. What no move speaks of has the same place in both.

import { removeAt, setAt, valueAt, type Json, type JsonMap } from './paths.ts';

export interface Move {
  readonly older: string;
  readonly newer: string;
  up?(value: Json): Json;
  down?(value: Json, namespace: string): Json;
}

export interface Conversion {
  readonly moves: readonly Move[];
  /** Has no place in the newer version: lost on the way up. */
  readonly olderOnly: readonly string[];
  /** Has no place in the older version: kept in an annotation on the way down. */
  readonly newerOnly: readonly string[];
}

export function moveUp(object: JsonMap, { moves, olderOnly }: Conversion): JsonMap {
  const result = structuredClone(object);
  for (const path of [...olderOnly, ...moves.map(({ older }) => older)]) removeAt(result, path);
  for (const { older, newer, up } of moves) {
    const value = valueAt(object, older);
    if (value !== undefined) setAt(result, newer, up === undefined ? value : up(value));
  }
  return result;
}

export function moveDown(
  object: JsonMap,
  { moves, newerOnly }: Conversion,
  namespace: string,
): JsonMap {
  const result = structuredClone(object);
  for (const path of [...newerOnly, ...moves.map(({ newer }) => newer)]) removeAt(result, path);
  for (const { older, newer, down } of moves) {
    const value = valueAt(object, newer);
    if (value !== undefined)
      setAt(result, older, down === undefined ? value : down(value, namespace));
  }
  return result;
}
