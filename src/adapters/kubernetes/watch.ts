// A watch that survives disconnects: it lists, then follows; a cut connection is resumed where it was (bookmarks keep
// the position fresh), a position that the server forgot (HTTP 410) is answered with a new list, and so is a server that
// was away for longer: its store may have been restored from a backup, to which the position is still to come. After a
// new list, objects that went away meanwhile are given as `deleted`, so that a consumer's picture is always complete.

import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject, KubeWatchEvent } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { errorOfNetwork, errorOfStatus, errorOfText, sentence } from './errors.ts';
import type { CallSite } from './errors.ts';
import { readLines } from './lines.ts';
import { identityOf, isExpired, listObjects } from './list.ts';
import type { Listing } from './list.ts';
import { onAbort } from './on-abort.ts';
import { collectionName, collectionPath, queryText } from './paths.ts';
import {
  MAX_WATCH_BACKOFF_MS,
  MAX_WATCH_FAILURES,
  MAX_WATCH_RETRY_AFTER_MS,
  WATCH_BACKOFF_MS,
  WATCH_LIFE_MS,
  WATCH_SECONDS,
} from './settings.ts';

interface Line {
  readonly type: string;
  readonly object: KubeObject;
}

const eventTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

export async function* watchObjects(listing: Listing): AsyncGenerator<KubeWatchEvent> {
  const { signal } = listing;
  const known = new Map<string, KubeObject>();
  let position: string | undefined = yield* relist(listing, known);
  let failures = 0;
  for (;;) {
    let failed: DrctlError;
    const began = performance.now();
    try {
      position ??= yield* relist(listing, known);
      for await (const line of follow(listing, position)) {
        failures = 0;
        position = resourceVersion(line.object) ?? position;
        const type = eventTypes[line.type as keyof typeof eventTypes];
        if (type === undefined) continue;
        remember(known, type, line.object);
        yield { type, object: line.object };
      }
      // A server ends every watch some time; one that ends it at once, again and again, does not work.
      if (performance.now() - began > MAX_WATCH_BACKOFF_MS) failures = 0;
      failed = errorOfEarlyEnd(listing);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof DrctlError) || !error.retryable) throw error;
      failed = error;
    }
    failures += 1;
    if (failures > MAX_WATCH_FAILURES) throw failed;
    if (isLost(failed, failures)) position = undefined;
    await backOff(failures, failed.retryAfterMs ?? 0, signal);
  }
}

/** The position cannot be gone on from. */
function isLost(failed: DrctlError, failures: number): boolean {
  return isExpired(failed) || (failures > 1 && failed.code === 'CLIENT_UNREACHABLE');
}

function remember(known: Map<string, KubeObject>, type: string, object: KubeObject): void {
  if (type === 'deleted') known.delete(identityOf(object));
  else known.set(identityOf(object), trace(object));
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
  const stop = endInTime(response, signal);
  try {
    for await (const text of readLines(response)) {
      const line = parseLine(text, site);
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

function parseLine(text: string, site: CallSite): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    throw errorOfText(site, 'an event');
  }
}

function errorOfEarlyEnd({ connection, resource, query }: Listing): DrctlError {
  const site = connection.site({ verb: 'watch', object: collectionName(resource, query) });
  return new DrctlError(
    'CLIENT_UNREACHABLE',
    `${sentence(site)}: the server ended the watch at once`,
    { retryable: true },
  );
}

/** Destroys the response when the signal is aborted, or when it lives longer than the server was asked to keep it. */
function endInTime(response: IncomingMessage, signal: AbortSignal): () => void {
  const end = (): void => void response.destroy(new Error('The watch did not end when it had to'));
  const timer = setTimeout(end, WATCH_LIFE_MS);
  const forget = onAbort(signal, end);
  return () => {
    clearTimeout(timer);
    forget();
    response.destroy();
  };
}

/** At least as long as the server asked for, within bounds. */
async function backOff(failures: number, retryAfterMs: number, signal: AbortSignal): Promise<void> {
  const ms = Math.max(
    Math.min(WATCH_BACKOFF_MS * 2 ** (failures - 1), MAX_WATCH_BACKOFF_MS),
    Math.min(retryAfterMs, MAX_WATCH_RETRY_AFTER_MS),
  );
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
