/*
 * Lists: selectors, pages with continue tokens, and what a requested resourceVersion means. A page token
 * carries the revision it began at; once the history behind it is gone it is answered 410, as etcd does
 * after a compaction.
 */
import type { Cluster } from './cluster.ts';
import { convertAll } from './conversions.ts';
import { inVersion } from './object-versions.ts';
import type { JsonObject, KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import { fieldMatcher, labelMatcher, type Matcher } from './selectors.ts';
import { badRequest, expired, StatusError } from './status-error.ts';

/** A page of objects. */
export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly metadata: JsonObject;
}

/** A page of a list as it is now: what a client is offered that comes back too late. */
const latest = -1;

interface PageToken {
  readonly revision: number;
  readonly after: string;
}

/** Both selectors of a request as one test. */
export function selectorOf(query: URLSearchParams, type: ResourceType): Matcher {
  const byLabel = labelMatcher(query.get('labelSelector') ?? undefined);
  const byField = fieldMatcher(query.get('fieldSelector') ?? undefined, type);
  return (object) => byLabel(object) && byField(object);
}

/** The objects a list request asks for. Throws 410 for an expired token, 504 for a future revision. */
export function listObjects(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  query: URLSearchParams,
): ListPage {
  checkRevision(cluster, query.get('resourceVersion') ?? '');
  const token = readToken(query.get('continue') ?? '');
  const isSnapshot = token !== undefined && token.revision !== latest;
  const revision = isSnapshot ? token.revision : cluster.storage.revision;
  const objects = !isSnapshot
    ? cluster.storage.list(type.storageKey, namespace === '' ? undefined : namespace)
    : objectsAt(cluster, { type, namespace, token });
  const matches = selectorOf(query, type);
  const rest = objects
    .filter((object) => token === undefined || positionOf(object) > token.after)
    .filter(matches);
  const limit = readLimit(query) || rest.length;
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const metadata: JsonObject = { resourceVersion: String(revision) };
  if (rest.length > limit && last !== undefined) {
    metadata['continue'] = writeToken({ revision, after: positionOf(last) });
    metadata['remainingItemCount'] = rest.length - limit;
  }
  return { items: convertAll(page, (object) => inVersion(cluster, type, object)), metadata };
}

/** A page as a list object. */
export function listBody(type: ResourceType, page: ListPage): JsonObject {
  return {
    kind: type.listKind,
    apiVersion: apiVersion(type),
    metadata: page.metadata,
    items: page.items as unknown as JsonObject[],
  };
}

/** Where an object stands in the order of a list. */
function positionOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The objects as they were at a revision: later changes are taken back, newest first. */
function objectsAt(
  cluster: Cluster,
  at: { type: ResourceType; namespace: string; token: PageToken },
): readonly KubeObject[] {
  const events = cluster.storage.eventsAfter(at.token.revision);
  if (events === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      writeToken({ ...at.token, revision: latest }),
    );
  }
  const { storageKey } = at.type;
  const objects = new Map(
    cluster.storage.list(storageKey).map((object) => [positionOf(object), object]),
  );
  for (const event of events.filter(({ key }) => key === storageKey).toReversed()) {
    if (event.previous === undefined) objects.delete(positionOf(event.object));
    else objects.set(positionOf(event.previous), event.previous);
  }
  return [...objects.values()]
    .filter(({ metadata }) => at.namespace === '' || metadata.namespace === at.namespace)
    .sort((left, right) => (positionOf(left) < positionOf(right) ? -1 : 1));
}

function readLimit(query: URLSearchParams): number {
  const text = query.get('limit') ?? '0';
  if (/^-?\d+$/.test(text)) return Math.max(Number(text), 0);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** How long a client is asked to wait when it names a revision that does not exist yet. */
const retryAfterSeconds = 1;

/** A resourceVersion parameter as a number. Throws 400 for what is none. */
export function parseRevision(text: string): number {
  const revision = Number(text);
  if (Number.isInteger(revision) && revision >= 0) return revision;
  throw badRequest(
    `resourceVersion: Invalid value: ${JSON.stringify(text)}: must be an unsigned integer`,
  );
}

function checkRevision(cluster: Cluster, wanted: string): void {
  if (wanted === '' || wanted === '0') return;
  const revision = parseRevision(wanted);
  if (revision <= cluster.storage.revision) return;
  throw new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${revision}, current: ${cluster.storage.revision}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds,
    },
  );
}

function writeToken(token: PageToken): string {
  return Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.after }),
  ).toString('base64url');
}

function readToken(text: string): PageToken | undefined {
  if (text === '') return undefined;
  try {
    const read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as {
      rv: unknown;
      start: unknown;
    };
    if (typeof read.rv === 'number' && typeof read.start === 'string') {
      return { revision: read.rv, after: read.start };
    }
  } catch {
    // A token that is no JSON is refused below like any other that makes no sense.
  }
  throw badRequest('continue key is not valid: invalid encoding');
}
