// A watched copy of one kind: list, then watch, list again when the stream is lost. Reads cost nothing, so that an idle
// lab costs nothing. Own writes are put in at once: a controller never acts twice on what it has just done.

import type { Client, WatchEvent } from './client.ts';
import { deferred } from './deferred.ts';
import { keyOf, type Kind, type KubeObject } from './objects.ts';

export interface CacheEvent {
  readonly kind: Kind;
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  readonly before?: KubeObject;
}

export interface Cache {
  readonly kind: Kind;
  get(namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by key. */
  all(namespace?: string): readonly KubeObject[];
  /** The object as the server returned it after a write of ours. */
  put(object: KubeObject): void;
  /** Asks the server: for whoever must not see the world of a moment ago. */
  refresh(): Promise<void>;
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>;
}

const RELIST_DELAY_MS = 200;

export function startCache(
  client: Client,
  kind: Kind,
  onEvent: (event: CacheEvent) => void,
  signal: AbortSignal,
): Cache {
  const objects = new Map<string, KubeObject>();
  // Sorted views by namespace, until the next change: controllers ask again and again.
  const views = new Map<string, readonly KubeObject[]>();
  // Objects deleted lately, by uid: a late answer to a write must not bring one back.
  const gone = new Set<string>();
  const synced = deferred<void>();

  function set(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const before = objects.get(key);
    if (gone.has(object.metadata.uid ?? '') || isOlder(object, before)) return;
    objects.set(key, object);
    views.clear();
    if (before === undefined) onEvent({ kind, type: 'added', object });
    else onEvent({ kind, type: 'modified', object, before });
  }

  function drop(object: KubeObject): void {
    gone.add(object.metadata.uid ?? '');
    const key = keyOf(object.metadata);
    const before = objects.get(key);
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return;
    objects.delete(key);
    views.clear();
    onEvent({ kind, type: 'deleted', object, before });
  }

  function take(event: WatchEvent): void {
    const object = { ...event.object, apiVersion: kind.apiVersion, kind: kind.kind };
    if (event.type === 'DELETED') drop(object);
    else if (event.type === 'ADDED' || event.type === 'MODIFIED') set(object);
  }

  async function relist(): Promise<string> {
    const list = await client.list(kind);
    const present = new Set(list.items.map((item) => keyOf(item.metadata)));
    for (const [key, object] of objects) {
      // What was made since the list was is not missing from it.
      const isOlderThanList =
        Number(object.metadata.resourceVersion) <= Number(list.resourceVersion);
      if (!present.has(key) && isOlderThanList) drop(object);
    }
    for (const item of list.items) set(item);
    return list.resourceVersion;
  }

  async function listAndWatch(): Promise<void> {
    const resourceVersion = await relist();
    synced.resolve(undefined);
    await client.watch(kind, resourceVersion, take, signal);
  }

  async function keepWatching(): Promise<void> {
    while (!signal.aborted) {
      try {
        await listAndWatch();
      } catch {
        // A server that went away comes back, or the lab ends: either way the next list tells.
        await new Promise((resolve) => setTimeout(resolve, RELIST_DELAY_MS));
      }
    }
  }

  void keepWatching();
  return {
    kind,
    synced: synced.promise,
    get: (namespace, name) =>
      objects.get(keyOf({ ...(namespace === undefined ? {} : { namespace }), name })),
    all(namespace) {
      const scope = namespace ?? '';
      const known = views.get(scope);
      if (known !== undefined) return known;
      const view = [...objects.entries()]
        .filter(([, object]) => namespace === undefined || object.metadata.namespace === namespace)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object);
      views.set(scope, view);
      return view;
    },
    put: set,
    async refresh() {
      await relist();
    },
  };
}

function isOlder(object: KubeObject, known: KubeObject | undefined): boolean {
  if (known === undefined || known.metadata.uid !== object.metadata.uid) return false;
  return Number(object.metadata.resourceVersion) <= Number(known.metadata.resourceVersion);
}
