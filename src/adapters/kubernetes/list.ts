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

/** Returns the resourceVersion of the list, from which a watch can go on. */
export async function* listObjects(listing: Listing): AsyncGenerator<KubeObject, string> {
  const given = new Set<string>();
  let restarts = 0;
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    let page: Page;
    try {
      page = await fetchPage(listing, token);
    } catch (error) {
      if (!isExpired(error) || token === undefined || restarts >= MAX_LIST_RESTARTS) throw error;
      restarts += 1;
      token = undefined;
      continue;
    }
    for (const item of page.items ?? []) {
      const identity = identityOf(item);
      if (given.has(identity)) continue;
      given.add(identity);
      yield complete(item, listing.resource);
    }
    token = page.metadata?.continue;
    if (token === undefined || token === '') return page.metadata?.resourceVersion ?? '';
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

/** Items of a list carry no apiVersion and kind of their own. */
function complete(item: KubeObject, resource: KubeResource): KubeObject {
  return { ...item, apiVersion: resource.apiVersion, kind: resource.kind };
}

/** "namespace/name": unique within one kind. */
export function identityOf(object: KubeObject): string {
  const namespace = object.metadata['namespace'];
  return `${typeof namespace === 'string' ? namespace : ''}/${object.metadata.name}`;
}

export function isExpired(error: unknown): boolean {
  return error instanceof DrctlError && error.code === 'CLIENT_EXPIRED';
}
