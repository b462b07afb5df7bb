// What kube-controller-manager does about the ends of objects, for API servers that run without one: garbage collection,
// the end of namespaces, and the release of volumes and their claims. Plain clients over the wire.

import { createClient } from '../../cluster/client.ts';
import type { Connection } from '../../cluster/kubeconfig.ts';
import { runController } from '../run-controller.ts';
import { collectGarbage } from './garbage-collector.ts';
import { finishNamespaces } from './namespaces.ts';
import { createObjectGraph, type ObjectGraph } from './object-graph.ts';
import { releaseStorage } from './storage-protection.ts';

export interface LifecycleOptions {
  /** Prefix of log lines, for instance the side. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** A pause as this lab's time counts it. */
  delay(ms: number): number;
  log(message: string): void;
}

const RESYNC_MS = 500;
/** Every so often what is served is read anew; soon and again after a definition changed, because discovery lags. */
const DISCOVERY_MS = 30_000;
const DISCOVERY_LAG_MS = 5_000;

/** The promises resolve when the loops have ended, after `signal`. */
export function startLifecycleControllers(
  connection: Connection,
  options: LifecycleOptions,
): readonly Promise<void>[] {
  const client = createClient(connection);
  const metadata = createClient(connection, { reads: 'metadata' });
  const graph = createObjectGraph(client, metadata);
  const follow = discoveryFollower(graph);
  const start = async (name: string, reconcile: () => Promise<void>): Promise<void> =>
    runController({
      name: `${options.name} ${name}`,
      resyncMs: options.delay(RESYNC_MS),
      reconcile,
      subscribe: (listener) => graph.onChange(listener),
      signal: options.signal,
      log: (message) => options.log(message),
    });
  const loops = [
    start('garbage collector', async () => {
      await follow();
      await collectGarbage(graph, metadata);
    }),
    start('namespaces', () => finishNamespaces(graph, { client, metadata })),
    start('storage protection', () => releaseStorage(graph, client)),
  ];
  const end = async (): Promise<void> => {
    await Promise.allSettled(loops);
    graph.close();
    client.close();
    metadata.close();
  };
  return [...loops, end()];
}

/** Reads what is served when that may have changed. */
function discoveryFollower(graph: ObjectGraph): () => Promise<void> {
  let changedAt = 0;
  let readAt = 0;
  graph.onChange(({ kind }) => {
    if (kind.plural === 'customresourcedefinitions') changedAt = Date.now();
  });
  return async () => {
    const now = Date.now();
    const isRecent = now - changedAt < DISCOVERY_LAG_MS;
    if (graph.discovered !== undefined && !isRecent && now - readAt < DISCOVERY_MS) return;
    await graph.refresh();
    readAt = now;
  };
}
