/*
 * Runs the server's own controllers (garbage collection, namespaces, CRDs under deletion) soon after the
 * store has changed in a way that may concern them. They are sweeps over the store, so running one too often
 * does no harm, and a change they make themselves only causes one more sweep.
 */
import type { Cluster } from './cluster.ts';
import { cleanUpDefinitions } from './definition-controller.ts';
import { collectGarbage } from './garbage-collector.ts';
import { finishNamespaces } from './namespaces.ts';
import { sameJson } from './objects.ts';
import { releaseStorage } from './storage-protection.ts';
import type { StoreEvent } from './storage.ts';

/** Changes are gathered for this long, so that a burst costs one sweep. */
const delayMs = 50;

/** Starts the controllers. Returns how to stop them. */
export function runControllers(cluster: Cluster): () => void {
  let timer: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    timer = undefined;
    collectGarbage(cluster);
    releaseStorage(cluster);
    finishNamespaces(cluster);
    cleanUpDefinitions(cluster);
  };
  const schedule = (): void => {
    timer ??= setTimeout(sweep, delayMs).unref();
  };
  const unsubscribe = cluster.storage.subscribe({
    changed: (event) => {
      if (mayConcern(event)) schedule();
    },
    replaced: schedule,
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

function mayConcern({ type, object, previous }: StoreEvent): boolean {
  return (
    type === 'DELETED' ||
    object.metadata.deletionTimestamp !== undefined ||
    !sameJson(object.metadata.ownerReferences, previous?.metadata.ownerReferences)
  );
}
