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
      sortByOrder(result, field, order, view.field(field));
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
  return result;
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
  return [...current, ...added];
}

function removePrimitives(result: JsonObject, field: string, gone: Json): void {
  const current = result[field];
  if (!Array.isArray(current) || !Array.isArray(gone)) return;
  result[field] = current.filter((item) => !gone.some((removed) => sameJson(removed, item)));
}

/** Items in the order the client has them; items it does not know keep their place after what precedes them. */
function sortByOrder(result: JsonObject, field: string, order: Json, view: TypeView): void {
  const current = result[field];
  if (!Array.isArray(current) || !Array.isArray(order)) return;
  const mergeKey = view.patchMergeKey ?? '';
  const keyOf = (item: Json): Json | undefined =>
    mergeKey !== '' && isMap(item) ? item[mergeKey] : item;
  const rank = (item: Json): number =>
    order.findIndex((wanted) => sameJson(keyOf(wanted), keyOf(item)));
  const known = current.filter((item) => rank(item) >= 0);
  known.sort((left, right) => rank(left) - rank(right));
  result[field] = [...known, ...current.filter((item) => rank(item) < 0)];
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, value]) => [key, copy(value)]),
  );
}
