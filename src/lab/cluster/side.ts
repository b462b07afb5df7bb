// One management cluster as its controllers see it: caches to read from, a client to write with.
// Every write passes through here, so that the caches know of it before the watch says so.

import { setMaxListeners } from 'node:events';
import { createClient, KubeError, type Client } from './client.ts';
import { startCache, type Cache, type CacheEvent } from './cache.ts';
import type { Connection } from './kubeconfig.ts';
import { contains } from './contains.ts';
import type { Kind, KubeObject } from './objects.ts';
import { managementKinds } from './kinds.ts';

export type SideName = 'source' | 'destination';

export interface Side {
  readonly name: SideName;
  readonly client: Client;
  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined;
  all(kind: Kind, namespace?: string): readonly KubeObject[];
  /** Creates the object unless one of that name is there (then that one is returned). */
  ensure(kind: Kind, object: KubeObject): Promise<KubeObject>;
  /** Merge patch; nothing happens when the object is gone meanwhile. */
  patch(kind: Kind, object: KubeObject, patch: unknown): Promise<void>;
  /** Merge patch of the status, sent only when it changes something. */
  patchStatus(kind: Kind, object: KubeObject, status: Record<string, unknown>): Promise<void>;
  remove(kind: Kind, object: KubeObject, options?: { gracePeriodSeconds?: number }): Promise<void>;
  addFinalizer(kind: Kind, object: KubeObject, finalizer: string): Promise<void>;
  dropFinalizer(kind: Kind, object: KubeObject, finalizer: string): Promise<void>;
  /** Calls back for every change of any object. */
  onChange(listener: (event: CacheEvent) => void): void;
  /** Brings every cache up to what the server holds now. */
  refresh(): Promise<void>;
  close(): void;
}

/** Connects and waits for the first list of every kind. */
export async function openSide(name: SideName, connection: Connection): Promise<Side> {
  const client = createClient(connection);
  const stop = new AbortController();
  // One watch for each kind listens to it.
  setMaxListeners(0, stop.signal);
  const listeners: ((event: CacheEvent) => void)[] = [];
  const publish = (event: CacheEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const caches = new Map<Kind, Cache>(
    managementKinds.map((kind) => [kind, startCache(client, kind, publish, stop.signal)]),
  );
  await Promise.all([...caches.values()].map((cache) => cache.synced));

  const side: Side = {
    name,
    client,
    get: (kind, namespace, objectName) => cacheOf(caches, kind).get(namespace, objectName),
    all: (kind, namespace) => cacheOf(caches, kind).all(namespace),
    async ensure(kind, object) {
      const known = side.get(kind, object.metadata.namespace, object.metadata.name);
      if (known !== undefined) return known;
      const created = await createOrGet(client, kind, object);
      cacheOf(caches, kind).put(created);
      return created;
    },
    async patch(kind, object, patch) {
      await ignoreAbsent(async () => {
        cacheOf(caches, kind).put(await client.patch(kind, object.metadata, patch));
      });
    },
    async patchStatus(kind, object, status) {
      if (contains(object.status, status)) return;
      await ignoreAbsent(async () => {
        cacheOf(caches, kind).put(await client.patch(kind, object.metadata, { status }, 'status'));
      });
    },
    remove: (kind, object, options) => client.remove(kind, object.metadata, options),
    async addFinalizer(kind, object, finalizer) {
      const finalizers = object.metadata.finalizers ?? [];
      if (finalizers.includes(finalizer) || object.metadata.deletionTimestamp !== undefined) return;
      await side.patch(kind, object, { metadata: { finalizers: [...finalizers, finalizer] } });
    },
    async dropFinalizer(kind, object, finalizer) {
      const finalizers = object.metadata.finalizers ?? [];
      if (!finalizers.includes(finalizer)) return;
      const rest = finalizers.filter((entry) => entry !== finalizer);
      await side.patch(kind, object, { metadata: { finalizers: rest.length === 0 ? null : rest } });
    },
    onChange: (listener) => listeners.push(listener),
    async refresh() {
      await Promise.all([...caches.values()].map((cache) => cache.refresh()));
    },
    close() {
      stop.abort();
      client.close();
    },
  };
  return side;
}

function cacheOf(caches: ReadonlyMap<Kind, Cache>, kind: Kind): Cache {
  const cache = caches.get(kind);
  if (cache === undefined) throw new Error(`The lab does not watch ${kind.kind}`);
  return cache;
}

async function createOrGet(client: Client, kind: Kind, object: KubeObject): Promise<KubeObject> {
  try {
    return await client.create(kind, object);
  } catch (error) {
    const found =
      error instanceof KubeError && error.code === 409
        ? await client.get(kind, object.metadata)
        : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

async function ignoreAbsent(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Deleted, or deleted and made again, since it was read: the next round sees what is there now.
    if (!(error instanceof KubeError) || (error.code !== 404 && error.code !== 409)) throw error;
  }
}
