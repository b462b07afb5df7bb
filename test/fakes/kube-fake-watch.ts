// Watch of the fake API server: the present objects, `synced`, then every change until it is ended.

import type { KubeObject, KubeQuery, KubeWatchEvent } from '../../src/actions/ports.ts';
import { splitApiVersion } from './kube-fake-kinds.ts';
import type { FakeObjects } from './kube-fake-objects.ts';
import { matchesFields, matchesLabels } from './kube-fake-selectors.ts';

export async function* watchObjects(
  objects: FakeObjects,
  options: {
    readonly query: KubeQuery;
    readonly signal: AbortSignal;
    select(): readonly KubeObject[];
  },
): AsyncIterable<KubeWatchEvent> {
  const { query, signal } = options;
  const present = options.select();
  const shown = new Set(present.map((object) => object.metadata['uid']));
  const queue: KubeWatchEvent[] = [
    ...present.map((object) => ({ type: 'added' as const, object })),
    { type: 'synced' },
  ];
  let wake: (() => void) | undefined;
  const listen = (event: KubeWatchEvent & { object: KubeObject }): void => {
    const next = relevant(query, shown, event);
    if (next !== undefined) queue.push(next);
    wake?.();
  };
  const onAbort = (): void => wake?.();
  objects.listeners.add(listen);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const event = queue.shift();
      if (event !== undefined) yield structuredClone(event);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    objects.listeners.delete(listen);
    signal.removeEventListener('abort', onAbort);
  }
}

/** An object that stops matching the query is told as deleted, as the real server does. */
function relevant(
  query: KubeQuery,
  shown: Set<unknown>,
  event: KubeWatchEvent & { object: KubeObject },
): KubeWatchEvent | undefined {
  const { object } = event;
  const isOfKind =
    object.kind === query.kind &&
    splitApiVersion(object.apiVersion).group === splitApiVersion(query.apiVersion).group &&
    (query.namespace === undefined || object.metadata['namespace'] === query.namespace);
  if (!isOfKind) return undefined;
  const uid = object.metadata['uid'];
  const matches =
    event.type !== 'deleted' &&
    matchesLabels(object, query.labelSelector) &&
    matchesFields(object, query.fieldSelector);
  if (matches) {
    const type = shown.has(uid) ? 'modified' : 'added';
    shown.add(uid);
    return { type, object };
  }
  return shown.delete(uid) ? { type: 'deleted', object } : undefined;
}
