// The namespace controller as a client: empties namespaces under deletion, says in their conditions what holds them, and
// lets them go when the server itself shows nothing more in them.

import type { Client } from '../../cluster/client.ts';
import { kinds } from '../../cluster/kinds.ts';
import { namespaceConditions, type Remaining } from '../../cluster/namespace-conditions.ts';
import { conditionsOf, listAt, type KubeObject } from '../../cluster/objects.ts';
import type { Resource } from './discovery.ts';
import type { Node, ObjectGraph } from './object-graph.ts';
import { forEachLimited } from './run-limited.ts';

const KUBERNETES = 'kubernetes';
const BACKGROUND = { propagationPolicy: 'Background' } as const;

export interface Clients {
  readonly client: Client;
  /** Reads metadata alone. */
  readonly metadata: Client;
}

/** One round over the namespaces under deletion. */
export async function finishNamespaces(graph: ObjectGraph, clients: Clients): Promise<void> {
  const nodes = graph.nodes();
  const ending = nodes.filter(
    ({ resource, object }) =>
      resource.kind === 'Namespace' &&
      resource.group === '' &&
      object.metadata.deletionTimestamp !== undefined,
  );
  await forEachLimited(ending, async ({ object: { metadata } }) => {
    const namespace = await clients.client.get(kinds.namespace, metadata);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    if (!listAt(namespace.spec, 'finalizers').includes(KUBERNETES)) return;
    const content = nodes.filter(({ object }) => object.metadata.namespace === metadata.name);
    if (content.length > 0) await empty(clients, namespace, content);
    else await finalizeIfEmpty(graph, clients, namespace);
  });
}

async function empty(
  clients: Clients,
  namespace: KubeObject,
  content: readonly Node[],
): Promise<void> {
  await removeContent(clients.client, namespace.metadata.name, content.filter(isLive));
  const held = content.filter((node) => !isLive(node));
  if (held.length > 0) await describe(clients.client, namespace, held);
}

/** Resource by resource; one request for a whole collection where the server offers that. */
async function removeContent(
  client: Client,
  namespace: string,
  content: readonly Node[],
): Promise<void> {
  const byResource = new Map<Resource, readonly KubeObject[]>();
  for (const { resource, object } of content) {
    byResource.set(resource, [...(byResource.get(resource) ?? []), object]);
  }
  await forEachLimited([...byResource], async ([resource, objects]) => {
    if (resource.verbs.includes('deletecollection')) {
      await client.removeAll(resource, namespace, BACKGROUND);
      return;
    }
    await forEachLimited(objects, async ({ metadata }) => {
      const preconditions = metadata.uid === undefined ? {} : { uid: metadata.uid };
      await client.remove(resource, metadata, { ...BACKGROUND, preconditions });
    });
  });
}

async function describe(
  client: Client,
  namespace: KubeObject,
  held: readonly Node[],
): Promise<void> {
  const remaining: readonly Remaining[] = held.map(({ resource, object }) => ({
    resource: `${resource.plural}.${resource.group}`,
    finalizers: object.metadata.finalizers ?? [],
  }));
  const before = conditionsOf(namespace);
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const conditions = namespaceConditions(remaining, before, now);
  const text = (entries: typeof before): string =>
    JSON.stringify(entries.map(({ type, status, message }) => [type, status, message]));
  if (text(conditions) === text(before)) return;
  const { resourceVersion } = namespace.metadata;
  const patch = { metadata: { resourceVersion }, status: { conditions } };
  await client.patch(kinds.namespace, namespace.metadata, patch, 'status');
}

/** The watched copy shows nothing; whether there is nothing, with kinds it does not watch, only the server knows. */
async function finalizeIfEmpty(
  graph: ObjectGraph,
  { client, metadata }: Clients,
  namespace: KubeObject,
): Promise<void> {
  const { name } = namespace.metadata;
  const { resources } = await graph.refresh();
  const found: Node[] = [];
  const deletable = resources.filter(
    ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
  );
  await forEachLimited(deletable, async (resource) => {
    const { items } = await metadata.list(resource, name);
    for (const object of items) found.push({ resource, object });
  });
  if (found.length > 0) {
    await removeContent(client, name, found.filter(isLive));
    return;
  }
  const finalizers = listAt(namespace.spec, 'finalizers').filter((entry) => entry !== KUBERNETES);
  const emptied = { ...namespace, spec: { ...namespace.spec, finalizers } };
  await client.replace(kinds.namespace, emptied, 'finalize');
}

function isLive({ object }: Node): boolean {
  return object.metadata.deletionTimestamp === undefined;
}
