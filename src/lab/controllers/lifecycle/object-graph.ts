// The metadata of everything a server holds, watched: who owns what, what is under deletion, what is in a namespace.
// It follows discovery, so that custom resources are in it soon after their definition.

import { isDeepStrictEqual } from 'node:util';
import { startCache, type Cache, type CacheEvent } from '../../cluster/cache.ts';
import type { Client } from '../../cluster/client.ts';
import type { KubeObject } from '../../cluster/objects.ts';
import { discover, type Discovered, type Resource } from './discovery.ts';

export interface Node {
  readonly resource: Resource;
  /** Metadata only. */
  readonly object: KubeObject;
}

export interface ObjectGraph {
  /** Follows what is served now; returns it. */
  refresh(): Promise<Discovered>;
  /** What was served when last looked; undefined before the first refresh. */
  readonly discovered: Discovered | undefined;
  /** Whether every kind has been listed: before that an absent dependent proves nothing. */
  readonly isComplete: boolean;
  nodes(): readonly Node[];
  /** Calls back when something changed that may concern a lifecycle. */
  onChange(listener: (event: CacheEvent) => void): void;
  close(): void;
}

/** Events own nothing, nobody owns them, and there are many; kube-controller-manager leaves them out too. */
const unwatched = new Set(['events.', 'events.events.k8s.io']);
const watchedVerbs = ['list', 'watch', 'delete'];

interface Watched {
  readonly resource: Resource;
  readonly cache: Cache;
  readonly stop: AbortController;
  isSynced: boolean;
}

async function markSynced(entry: Watched): Promise<void> {
  await entry.cache.synced;
  entry.isSynced = true;
}

/** `client` whole objects, `metadata` for everything that is watched. */
export function createObjectGraph(client: Client, metadata: Client): ObjectGraph {
  const watched = new Map<string, Watched>();
  const listeners: ((event: CacheEvent) => void)[] = [];
  let discovered: Discovered | undefined;
  let isClosed = false;

  function publish(event: CacheEvent): void {
    if (!concernsLifecycles(event)) return;
    for (const listener of listeners) listener(event);
  }

  function start(key: string, resource: Resource): void {
    const stop = new AbortController();
    const cache = startCache(metadata, resource, publish, stop.signal);
    const entry: Watched = { resource, cache, stop, isSynced: false };
    watched.set(key, entry);
    void markSynced(entry);
  }

  return {
    get discovered() {
      return discovered;
    },
    get isComplete() {
      return watched.size > 0 && [...watched.values()].every(({ isSynced }) => isSynced);
    },
    async refresh() {
      const found = await discover(client);
      discovered = found;
      if (isClosed) return found;
      const wanted = new Map(
        found.resources
          .filter((resource) => watchedVerbs.every((verb) => resource.verbs.includes(verb)))
          .filter(({ plural, group }) => !unwatched.has(`${plural}.${group}`))
          .map((resource) => [`${resource.apiVersion}/${resource.plural}`, resource]),
      );
      for (const [key, { stop }] of watched) {
        if (wanted.has(key)) continue;
        stop.abort();
        watched.delete(key);
      }
      for (const [key, resource] of wanted) if (!watched.has(key)) start(key, resource);
      return found;
    },
    nodes: () =>
      [...watched.values()].flatMap(({ resource, cache }) =>
        cache.all().map((object) => ({ resource, object })),
      ),
    onChange: (listener) => listeners.push(listener),
    close() {
      isClosed = true;
      for (const { stop } of watched.values()) stop.abort();
    },
  };
}

/** Everyday changes of content wake nobody: only ends, owners and finalizers matter, and new definitions. */
function concernsLifecycles({ kind, type, object, before }: CacheEvent): boolean {
  const { deletionTimestamp, ownerReferences } = object.metadata;
  return (
    type === 'deleted' ||
    deletionTimestamp !== undefined ||
    kind.plural === 'customresourcedefinitions' ||
    !isDeepStrictEqual(ownerReferences, before?.metadata.ownerReferences)
  );
}
