// Everything that happened to the custom objects of one side while a lab ran, as a client that watches sees it.

import { createClient } from '../../../src/lab/cluster/client.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import type { Connection } from '../../../src/lab/cluster/kubeconfig.ts';
import type { Kind, KubeObject } from '../../../src/lab/cluster/objects.ts';

export const watchedKinds: readonly Kind[] = [
  kinds.hostedCluster,
  kinds.nodePool,
  kinds.hostedControlPlane,
  kinds.cluster,
  kinds.machineDeployment,
  kinds.machineSet,
  kinds.machine,
  kinds.awsCluster,
  kinds.awsMachineTemplate,
  kinds.awsMachine,
];

export interface Entry {
  readonly kind: Kind;
  readonly object: KubeObject;
  /** What it was before; undefined: it came into being, or was there from the start. */
  readonly before: KubeObject | undefined;
}

export interface Chronicle {
  readonly entries: readonly Entry[];
  close(): void;
}

/** Begins with what is there. */
export async function openChronicle(connection: Connection): Promise<Chronicle> {
  const client = createClient(connection);
  const stop = new AbortController();
  const entries: Entry[] = [];
  const last = new Map<string, KubeObject>();
  const write = (kind: Kind, object: KubeObject): void => {
    const key = object.metadata.uid ?? '';
    entries.push({ kind, object, before: last.get(key) });
    last.set(key, object);
  };
  for (const kind of watchedKinds) {
    const { items, resourceVersion } = await client.list(kind);
    for (const object of items) write(kind, object);
    const onEvent = ({ type, object }: { type: string; object: KubeObject }): void => {
      if (type !== 'BOOKMARK') write(kind, object);
    };
    // It ends with the lab at the latest.
    void client.watch(kind, resourceVersion, onEvent, stop.signal).catch(() => undefined);
  }
  return {
    entries,
    close() {
      stop.abort();
      client.close();
    },
  };
}
