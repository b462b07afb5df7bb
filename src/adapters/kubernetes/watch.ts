// A watch that survives disconnects: it lists, then follows; a cut connection is resumed where it was (bookmarks keep
// the position fresh), a position that the server forgot (HTTP 410) is answered with a new list. After a new list,
// objects that went away meanwhile are given as `deleted`, so that a consumer's picture is always complete.

import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject, KubeWatchEvent } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { errorOfNetwork, errorOfStatus } from './errors.ts';
import { readLines } from './lines.ts';
import { identityOf, isExpired, listObjects } from './list.ts';
import type { Listing } from './list.ts';
import { onAbort } from './on-abort.ts';
import { collectionName, collectionPath, queryText } from './paths.ts';
import {
  MAX_WATCH_BACKOFF_MS,
  MAX_WATCH_FAILURES,
  WATCH_BACKOFF_MS,
  WATCH_IDLE_MS,
  WATCH_SECONDS,
} from './settings.ts';

interface Line {
  readonly type: string;
  readonly object: KubeObject;
}

const eventTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

export async function* watchObjects(listing: Listing): AsyncGenerator<KubeWatchEvent> {
  const known = new Map<string, KubeObject>();
  let position = yield* relist(listing, known);
  let failures = 0;
  while (failures <= MAX_WATCH_FAILURES) {
    try {
      for await (const line of follow(listing, position)) {
        failures = 0;
        position = resourceVersion(line.object) ?? position;
        const type = eventTypes[line.type as keyof typeof eventTypes];
        if (type === undefined) continue;
        if (type === 'deleted') known.delete(identityOf(line.object));
        else known.set(identityOf(line.object), trace(line.object));
        yield { type, object: line.object };
      }
      // A server that ends every watch at once must not be asked in a tight loop.
      await delay(WATCH_BACKOFF_MS, undefined, { signal: listing.signal });
    } catch (error) {
      if (listing.signal.aborted) throw listing.signal.reason;
      if (!(error instanceof DrctlError) || !error.retryable) throw error;
      failures += 1;
      if (failures > MAX_WATCH_FAILURES) throw error;
      if (isExpired(error)) position = yield* relist(listing, known);
      else await backOff(failures, listing.signal);
    }
  }
}

async function* relist(
  listing: Listing,
  known: Map<string, KubeObject>,
): AsyncGenerator<KubeWatchEvent, string> {
  const gone = new Map(known);
  const objects = listObjects(listing);
  for (;;) {
    const next = await objects.next();
    if (next.done === true) {
      for (const [key, object] of gone) {
        known.delete(key);
        yield { type: 'deleted', object };
      }
      yield { type: 'synced' };
      return next.value;
    }
    gone.delete(identityOf(next.value));
    known.set(identityOf(next.value), trace(next.value));
    yield { type: 'added', object: next.value };
  }
}

async function* follow(listing: Listing, position: string): AsyncGenerator<Line> {
  const { connection, resource, query, signal } = listing;
  const call = {
    method: 'GET',
    path:
      collectionPath(resource, query.namespace) +
      queryText({
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(WATCH_SECONDS),
        resourceVersion: position,
        labelSelector: query.labelSelector,
        fieldSelector: query.fieldSelector,
      }),
    verb: 'watch',
    object: collectionName(resource, query),
    signal,
  } as const;
  const response = await connection.stream(call);
  const site = connection.site(call);
  const stop = endWhenSilent(response, signal);
  try {
    for await (const text of readLines(response)) {
      const line = JSON.parse(text) as Line;
      if (line.type === 'ERROR') {
        const code = Number(line.object['code'] ?? 500);
        throw errorOfStatus(site, code, JSON.stringify(line.object));
      }
      yield line;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof DrctlError ? error : errorOfNetwork(site, error);
  } finally {
    stop();
  }
}

/** Destroys the response when nothing comes for too long or the signal is aborted. */
function endWhenSilent(response: IncomingMessage, signal: AbortSignal): () => void {
  const end = (): void => void response.destroy(new Error('The watch fell silent'));
  let timer = setTimeout(end, WATCH_IDLE_MS);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(end, WATCH_IDLE_MS);
  };
  response.on('data', heard);
  // Listening must not start the flow before the reader is there.
  response.pause();
  const forget = onAbort(signal, end);
  return () => {
    clearTimeout(timer);
    forget();
    response.removeListener('data', heard);
    response.destroy();
  };
}

async function backOff(failures: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(WATCH_BACKOFF_MS * 2 ** (failures - 1), MAX_WATCH_BACKOFF_MS);
  await delay(ms, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}

function resourceVersion(object: KubeObject): string | undefined {
  const version = object.metadata['resourceVersion'];
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** What is kept of an object to be able to say that it is gone. */
function trace(object: KubeObject): KubeObject {
  const { namespace, name, uid } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}
