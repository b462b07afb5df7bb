// A collection, page by page. When the server forgets the position (HTTP 410) the list is begun anew, a bounded number
// of times, and objects that were given already are not given twice.

import type { KubeObject, KubeQuery, KubeResource } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import { collectionName, collectionPath, queryText } from './paths.ts';
import { MAX_LIST_RESTARTS, MAX_PAGES, PAGE_SIZE } from './settings.ts';

interface Page {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly KubeObject[] | null;
}

export interface Listing {
  readonly connection: Connection;
  readonly resource: KubeResource;
  readonly query: KubeQuery;
  readonly signal: AbortSignal;
}

/**
 * Returns the resourceVersion of the list, from which a watch can go on. While the objects of a page are looked at, the
 * page after it is on its way: two are in memory at most.
 */
export async function* listObjects(listing: Listing): AsyncGenerator<KubeObject, string> {
  // As one text for each page: a set of them all would be most of what a long list holds, and hardly any is begun anew.
  const given: string[] = [];
  let again: ReadonlySet<string> | undefined;
  let restarts = 0;
  let token: string | undefined;
  const abandoned = new AbortController();
  const signal = AbortSignal.any([listing.signal, abandoned.signal]);
  let coming = fetchPage({ ...listing, signal }, undefined);
  try {
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      let page: Page;
      try {
        page = await coming;
      } catch (error) {
        if (!isExpired(error) || token === undefined || restarts >= MAX_LIST_RESTARTS) throw error;
        restarts += 1;
        again = new Set(given.flatMap((identities) => identities.split('\n')));
        token = undefined;
        coming = fetchPage({ ...listing, signal }, token);
        continue;
      }
      token = page.metadata?.continue;
      const isLast = token === undefined || token === '';
      if (!isLast) {
        coming = fetchPage({ ...listing, signal }, token);
        // It may fail, or be abandoned, before anybody waits for it.
        coming.catch(() => undefined);
      }
      const items = (page.items ?? []).filter((item) => again?.has(identityOf(item)) !== true);
      given.push(items.map(identityOf).join('\n'));
      for (const item of items) yield complete(item, listing.resource);
      if (isLast) return page.metadata?.resourceVersion ?? '';
    }
  } finally {
    abandoned.abort();
  }
  throw new DrctlError(
    'CLIENT_INVALID',
    `The list of ${collectionName(listing.resource, listing.query)} does not end after ${MAX_PAGES} pages`,
  );
}

async function fetchPage(listing: Listing, token: string | undefined): Promise<Page> {
  const { connection, resource, query, signal } = listing;
  return connection.json<Page>({
    method: 'GET',
    path:
      collectionPath(resource, query.namespace) +
      queryText({
        limit: String(PAGE_SIZE),
        continue: token,
        labelSelector: query.labelSelector,
        fieldSelector: query.fieldSelector,
      }),
    verb: 'list',
    object: collectionName(resource, query),
    signal,
  });
}

/** Items of a list carry no apiVersion and kind of their own. Nobody else has them yet: a copy of each would cost as much again. */
function complete(item: KubeObject, { apiVersion, kind }: KubeResource): KubeObject {
  return Object.assign(item, { apiVersion, kind });
}

/** "namespace/name": unique within one kind. */
export function identityOf(object: KubeObject): string {
  const namespace = object.metadata['namespace'];
  return `${typeof namespace === 'string' ? namespace : ''}/${object.metadata.name}`;
}

export function isExpired(error: unknown): boolean {
  return error instanceof DrctlError && error.code === 'CLIENT_EXPIRED';
}
