/*
 * Watches: the changes after a revision, then live ones, as JSON lines; bookmarks, streaming lists and 410
 * when the history is gone. An object that enters or leaves the selection shows as ADDED or DELETED. A
 * client that reads too slowly is cut off instead of being buffered without bound.
 */
import type { ServerResponse } from 'node:http';
import type { Cluster } from './cluster.ts';
import { parseRevision, selectorOf } from './list-objects.ts';
import { withConversions } from './conversions.ts';
import { inVersion } from './object-versions.ts';
import type { JsonObject, KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import type { Matcher } from './selectors.ts';
import { expired } from './status-error.ts';
import type { StoreEvent } from './storage.ts';

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
/** How long before its end a watch gets its last bookmark. */
const lastBookmarkMs = 2_000;
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
    if (response.writableEnded) return;
    response.write(`${JSON.stringify(event)}\n`);
    if (response.writableLength > unreadLimitBytes) end();
  };
  const inOrder = orderOf(cluster, type, () => end());
  const bookmark = (annotations?: Record<string, string>): void => {
    // It speaks of the changes before it, so it is made now.
    const object = bookmarkObject(cluster, type, annotations);
    inOrder(() => write({ type: 'BOOKMARK', object }));
  };
  const show = (shown: WatchEvent['type'], object: KubeObject): void =>
    inOrder(() => write({ type: shown, object: request.shape(inVersion(cluster, type, object)) }));
  const send = (event: StoreEvent): void => {
    // A client that is ahead of the store, as after a restore, hears nothing until the store has caught up.
    if (event.revision <= after) return;
    const seen = asSeen(event, type.storageKey, selects);
    if (seen !== undefined) show(seen.type, seen.object);
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
      if (selects(object)) show('ADDED', object);
    }
  }
  if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  for (const event of missed) send(event);
  unsubscribe = cluster.storage.subscribe({ changed: send, replaced: end });
  timers.push(setTimeout(end, timeoutMs(query)));
  if (query.get('allowWatchBookmarks') === 'true') {
    timers.push(setInterval(bookmark, bookmarkIntervalMs));
    // A client whose time is nearly up learns where to go on from.
    const beforeEndMs = timeoutMs(query) - lastBookmarkMs;
    if (beforeEndMs > 0) timers.push(setTimeout(bookmark, beforeEndMs));
  }
  for (const timer of timers) timer.unref();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/**
 * Does one thing after the other. Where a webhook has to be asked they wait for it, and so does a bookmark: it says that
 * all before it was sent. A webhook that fails ends the watch.
 */
function orderOf(
  cluster: Cluster,
  type: ResourceType,
  end: () => void,
): (work: () => void) => void {
  if (type.conversion === undefined) return (work) => work();
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.then(() => withConversions(cluster.conversions, work)).catch(end);
  };
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
