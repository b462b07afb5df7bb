// Many objects looked up at once: a page of a list tells of five hundred what would take five hundred calls.

import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader, ObjectRef } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { groupBy } from './group-by.ts';
import { keyOf, refOf } from './objects.ts';

/** With fewer of a kind in a namespace each is asked for by its name. */
const worthAList = 20;
/** A list is given up when it turns out to be mostly of other objects. */
const othersAtMost = 2_000;

/**
 * The reader, whose `get` answers for these objects as they are now, without another call. Whoever may not list asks for
 * each of them, as for every other object.
 */
export async function lookedUp(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  refs: readonly ObjectRef[],
): Promise<KubeReader> {
  const known = new Map<string, KubeObject | undefined>();
  const places = groupBy(refs, ({ apiVersion, kind, namespace }) =>
    JSON.stringify([apiVersion, kind, namespace ?? null]),
  );
  for (const wanted of places.values()) {
    if (wanted.length < worthAList) continue;
    for (const [key, object] of await listed(kube, ctx, wanted)) known.set(key, object);
  }
  const isKnown = (ref: ObjectRef): boolean => known.has(exactKey(ref));
  return {
    get: async (ref, signal) => (isKnown(ref) ? known.get(exactKey(ref)) : kube.get(ref, signal)),
    list: (query, signal) => kube.list(query, signal),
    watch: (query, signal) => kube.watch(query, signal),
    preview: async (desired, options) => kube.preview(desired, options),
    previewCreate: async (object, signal) => kube.previewCreate(object, signal),
    previewPatch: async (ref, options) => kube.previewPatch(ref, options),
    resource: async (kind, signal) => kube.resource(kind, signal),
    resources: async (signal) => kube.resources(signal),
    may: async (query, signal) => kube.may(query, signal),
    version: async (signal) => kube.version(signal),
    raw: async (path, signal) => kube.raw(path, signal),
  };
}

/** Nothing when they cannot be listed. All are of one kind and namespace. */
async function listed(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  wanted: readonly ObjectRef[],
): Promise<ReadonlyMap<string, KubeObject | undefined>> {
  const [{ apiVersion, kind, namespace }] = wanted as [ObjectRef];
  const query = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  const found = new Map<string, KubeObject | undefined>(
    wanted.map((ref) => [exactKey(ref), undefined]),
  );
  let others = 0;
  try {
    for await (const object of kube.list(query, ctx.signal)) {
      const key = exactKey(refOf(object));
      if (found.has(key)) found.set(key, object);
      else others += 1;
      if (others > othersAtMost) return new Map();
    }
  } catch (error) {
    if (hasCode(error, 'CLIENT_DENIED') || hasCode(error, 'CLIENT_NOT_FOUND')) return new Map();
    throw error;
  }
  return found;
}

/** An object reads differently in another version of its kind. */
function exactKey(ref: ObjectRef): string {
  return `${ref.apiVersion} ${keyOf(ref)}`;
}
