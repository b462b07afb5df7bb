// The Events that a busy cluster makes all the time. They expire with their lease in etcd, also when no API server runs any
// more: so a database that nobody writes to still moves on, and whoever waits for it to stand still must know that.

import { randomBytes } from 'node:crypto';
import type { Client } from '../../cluster/client.ts';
import type { Kind, KubeObject } from '../../cluster/objects.ts';

const eventKind: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true };
const EVERY_MS = 1_000;

export interface EventStream {
  stop(): void;
}

/** One Event a second until it is stopped; then the client is closed. */
export function startEvents(client: Client): EventStream {
  const timer = setInterval(() => {
    // The API may be going away: an Event is worth nothing to anybody.
    client.create(eventKind, newEvent()).catch(() => undefined);
  }, EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      client.close();
    },
  };
}

function newEvent(): KubeObject {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `shop.${randomBytes(8).toString('hex')}`, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: 'default', namespace: 'default' },
    reason: 'Rehearsed',
    message: 'Something went on in the cluster',
    type: 'Normal',
  };
  return event;
}
