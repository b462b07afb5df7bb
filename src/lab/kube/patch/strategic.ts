/*
 * Strategic merge patch (k8s.io/apimachinery/pkg/util/strategicpatch): a merge patch that matches list items
 * by the type's merge key, with the directives $patch, $retainKeys, $deleteFromPrimitiveList and
 * $setElementOrder. Pure; built-in kinds only, as custom kinds have no merge keys.
 */
import { copy, isMap, sameJson, type Json, type JsonObject } from '../objects.ts';
import { badRequest } from '../status-error.ts';
import type { TypeView } from '../type-view.ts';

const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** The map with the patch applied; neither argument is changed. */
export function strategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  view: TypeView,
): JsonObject {
  const directive = patch[patchDirective];
  if (directive === 'delete') return {};
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`unknown patch type found: ${JSON.stringify(directive)}`);
  }
  const result = retained(original, patch[retainKeysDirective]);
  for (const [key, change] of Object.entries(patch)) {
    if (!key.startsWith('$')) mergeField(result, key, change, view.field(key));
  }
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix))
      removePrimitives(result, key.slice(deletePrefix.length), change);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(orderPrefix)) {
      const field = key.slice(orderPrefix.length);
      sortByOrder(result, original[field], { field, order }, view.field(field));
    }
  }
  return result;
}

function retained(original: JsonObject, keys: Json | undefined): JsonObject {
  const result = copy(original);
  if (!Array.isArray(keys)) return result;
  for (const key of Object.keys(result)) if (!keys.includes(key)) delete result[key];
  return result;
}

function mergeField(result: JsonObject, key: string, change: Json, view: TypeView): void {
  const current = result[key];
  if (change === null) delete result[key];
  else if (isMap(change)) {
    const merged = strategicMergePatch(isMap(current) ? current : {}, change, view);
    if (change[patchDirective] === 'delete') delete result[key];
    else result[key] = merged;
  } else if (Array.isArray(change) && view.patchMergeKey !== undefined) {
    result[key] = mergeList(Array.isArray(current) ? current : [], change, view);
  } else {
    result[key] = copy(change);
  }
}

function mergeList(current: readonly Json[], change: readonly Json[], view: TypeView): Json[] {
  const mergeKey = view.patchMergeKey ?? '';
  if (mergeKey === '') return mergePrimitives(current, change);
  if (change.some((item) => isMap(item) && item[patchDirective] === 'replace')) {
    return change.filter((item) => !isMap(item) || item[patchDirective] === undefined).map(copy);
  }
  const result = current.map(copy);
  for (const item of change) {
    if (!isMap(item)) throw badRequest(`list items must be objects with the key ${mergeKey}`);
    mergeItem(result, item, mergeKey, view);
  }
  return inOrder(result, change, current, mergeKey);
}

function mergeItem(result: Json[], item: JsonObject, mergeKey: string, view: TypeView): void {
  const value = item[mergeKey];
  if (value === undefined) {
    throw badRequest(
      `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`,
    );
  }
  const index = result.findIndex((found) => isMap(found) && found[mergeKey] === value);
  const found = result[index];
  if (item[patchDirective] === 'delete') {
    if (index >= 0) result.splice(index, 1);
  } else if (index >= 0 && isMap(found)) {
    result[index] = strategicMergePatch(found, item, view.item());
  } else {
    result.push(strategicMergePatch({}, item, view.item()));
  }
}

function mergePrimitives(current: readonly Json[], change: readonly Json[]): Json[] {
  const added = change.filter((item) => !current.some((found) => sameJson(found, item)));
  return inOrder([...current, ...added], change, current, '');
}

function removePrimitives(result: JsonObject, field: string, gone: Json): void {
  const current = result[field];
  if (!Array.isArray(current) || !Array.isArray(gone)) return;
  result[field] = current.filter((item) => !gone.some((removed) => sameJson(removed, item)));
}

function sortByOrder(
  result: JsonObject,
  before: Json | undefined,
  { field, order }: { field: string; order: Json },
  view: TypeView,
): void {
  const current = result[field];
  if (!Array.isArray(current) || !Array.isArray(order)) return;
  const server = Array.isArray(before) ? before : [];
  result[field] = inOrder(current, order, server, view.patchMergeKey ?? '');
}

/** The items that the client names in its order; the others keep their place among them, by the server's order. */
function inOrder(
  items: readonly Json[],
  client: readonly Json[],
  server: readonly Json[],
  mergeKey: string,
): Json[] {
  const keyOf = (item: Json): Json | undefined =>
    mergeKey !== '' && isMap(item) ? item[mergeKey] : item;
  const rankIn = (list: readonly Json[], item: Json): number =>
    list.findIndex((other) => sameJson(keyOf(other), keyOf(item)));
  const named = items
    .filter((item) => rankIn(client, item) >= 0)
    .sort((left, right) => rankIn(client, left) - rankIn(client, right));
  const others = items
    .filter((item) => rankIn(client, item) < 0)
    .sort((left, right) => rankIn(server, left) - rankIn(server, right));
  const merged: Json[] = [];
  for (const item of named) {
    const rank = rankIn(server, item);
    const next = others.findIndex((other) => rankIn(server, other) >= rank);
    merged.push(...others.splice(0, rank < 0 ? 0 : next < 0 ? others.length : next), item);
  }
  return [...merged, ...others];
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, value]) => [key, copy(value)]),
  );
}
