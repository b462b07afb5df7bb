/*
 * JSON merge patch (RFC 7386): maps merge, null removes, everything else replaces. Pure.
 */
import { copy, isMap, type Json, type JsonObject } from '../objects.ts';

/** The value with the patch applied; neither argument is changed. */
export function mergePatch(value: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return copy(patch);
  const result: JsonObject = isMap(value) ? copy(value) : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else result[key] = mergePatch(result[key], change);
  }
  return result;
}
