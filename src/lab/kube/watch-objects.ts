/*
 * Watches: the changes after a revision, then live ones, as JSON lines; bookmarks, streaming lists and 410
 * when the history is gone. An object that enters or leaves the selection shows as ADDED or DELETED. A
 * client that reads too slowly is cut off instead of being buffered without bound.
 */
import type { ServerResponse } from 'node:http';
import type { Cluster } from './cluster.ts';
import { parseRevision, selectorOf } from './list-objects.ts';
import type { JsonObject, KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import type { Matcher } from './selectors.ts';
import { expired } from './status-error.ts';
import type { StoreEvent } from './storage.ts';
import { inVersion } from './write-object.ts';

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

/** A watch as asked for. `shape` turns an object into the form the client wants. */
export interface WatchRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  shape(object: KubeObject): JsonObject;
}

const defaultTimeoutSeconds = 30 * 60;
const bookmarkIntervalMs = 30_000;
/** What a slow client may leave unread before its watch ends. */
const unreadLimitBytes = 64 * 1024 * 1024;

/** Streams a watch until it times out, the client goes or the store is replaced. */
export function watchObjects(
  cluster: Cluster,
  request: WatchRequest,
  response: ServerResponse,
): void {
  const { type, query, signal } = request;
  const selects = selectorIn(request);
  const { from, after, sendsState, missed } = startOf(cluster, query);

  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();
  const write = (event: WatchEvent): void => {
    response.write(`${JSON.stringify(event)}\n`);
    if (response.writableLength > unreadLimitBytes) end();
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    write({ type: 'BOOKMARK', object: bookmarkObject(cluster, type, annotations) });
  const send = (event: StoreEvent): void => {
    // A client that is ahead of the store, as after a restore, hears nothing until the store has caught up.
    if (event.revision <= after) return;
    const seen = asSeen(event, type.storageKey, selects);
    if (seen !== undefined)
      write({ type: seen.type, object: request.shape(inVersion(type, seen.object)) });
  };

  const timers: NodeJS.Timeout[] = [];
  let unsubscribe: (() => void) | undefined;
  const end = (): void => {
    for (const timer of timers) clearTimeout(timer);
    unsubscribe?.();
    response.end();
  };
  if (missed === undefined) {
    const status = expired(`too old resource version: ${from} (${cluster.storage.revision})`);
    write({ type: 'ERROR', object: status.toStatus() });
    end();
    return;
  }
  if (sendsState) {
    for (const object of cluster.storage.list(type.storageKey)) {
      if (selects(object)) write({ type: 'ADDED', object: request.shape(inVersion(type, object)) });
    }
  }
  if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  for (const event of missed) send(event);
  unsubscribe = cluster.storage.subscribe({ changed: send, replaced: end });
  timers.push(setTimeout(end, timeoutMs(query)));
  if (query.get('allowWatchBookmarks') === 'true') {
    timers.push(setInterval(bookmark, bookmarkIntervalMs));
  }
  for (const timer of timers) timer.unref();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/** Where a watch begins: `missed` are the changes after that point, undefined when some are forgotten. */
function startOf(
  cluster: Cluster,
  query: URLSearchParams,
): {
  from: string;
  after: number;
  sendsState: boolean;
  missed: readonly StoreEvent[] | undefined;
} {
  const from = query.get('resourceVersion') ?? '';
  const isFresh = from === '' || from === '0';
  const after = isFresh ? 0 : parseRevision(from);
  const sendsState = isFresh || query.get('sendInitialEvents') === 'true';
  return { from, after, sendsState, missed: sendsState ? [] : cluster.storage.eventsAfter(after) };
}

function timeoutMs(query: URLSearchParams): number {
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return (seconds > 0 ? seconds : defaultTimeoutSeconds) * 1000;
}

function selectorIn({ type, namespace, query }: WatchRequest): Matcher {
  const matches = selectorOf(query, type);
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) && matches(object);
}

/** A change as this selection sees it; undefined when it does not concern it. */
function asSeen(
  event: StoreEvent,
  storageKey: string,
  selects: Matcher,
): { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject } | undefined {
  if (event.key !== storageKey) return undefined;
  const was = event.previous !== undefined && selects(event.previous);
  if (event.type === 'DELETED') return was ? { type: 'DELETED', object: event.object } : undefined;
  const is = selects(event.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: event.object };
  if (!was || event.previous === undefined) return undefined;
  const { resourceVersion } = event.object.metadata;
  const left = { ...event.previous, metadata: { ...event.previous.metadata } };
  if (resourceVersion !== undefined) left.metadata.resourceVersion = resourceVersion;
  return { type: 'DELETED', object: left };
}

function bookmarkObject(
  cluster: Cluster,
  type: ResourceType,
  annotations: Record<string, string> | undefined,
): JsonObject {
  return {
    kind: type.kind,
    apiVersion: apiVersion(type),
    metadata: {
      resourceVersion: String(cluster.storage.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
