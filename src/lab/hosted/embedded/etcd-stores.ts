// What lies on the etcd volumes of one side. A volume is empty until its first member starts on it; members of one cluster
// that start together share one database. A volume that is deleted takes its copy along; with the last copy the data are gone.

import { randomBytes } from 'node:crypto';
import { kinds } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { EtcdChange } from './etcd-commands.ts';

export interface EtcdStore {
  readonly id: string;
  /** The hosted API's objects, as its server takes them back. undefined: a new, empty database. */
  content: string | undefined;
  revision: number;
  /** Fingerprint of the key the Secrets in it are encrypted with; undefined while nothing was written. */
  encryptionKey: string | undefined;
}

export class EtcdStores {
  private readonly volumes = new Map<string, EtcdStore>();
  private readonly side: Side;

  constructor(side: Side) {
    this.side = side;
  }

  /** What is on a volume; undefined: it is empty. */
  on(volumeUid: string): EtcdStore | undefined {
    return this.volumes.get(volumeUid);
  }

  put(volumeUid: string, store: EtcdStore): void {
    this.volumes.set(volumeUid, store);
  }

  /** The volume was deleted. */
  drop(volumeUid: string): EtcdStore | undefined {
    const store = this.volumes.get(volumeUid);
    this.volumes.delete(volumeUid);
    return store;
  }

  /** The database of the etcd members in a namespace, when one of its volumes holds one. */
  of(namespace: string): EtcdStore | undefined {
    return this.side
      .all(kinds.volumeClaim, namespace)
      .filter((claim) => claim.metadata.name.startsWith('data-etcd-'))
      .map((claim) => this.on(claim.metadata.uid ?? ''))
      .find((store) => store !== undefined);
  }
}

export function newEtcdStore(): EtcdStore {
  return {
    id: randomBytes(4).toString('hex'),
    content: undefined,
    revision: 1,
    encryptionKey: undefined,
  };
}

interface SavedObjects {
  readonly objects: readonly (readonly [string, readonly KubeObject[]])[];
}

/** Every revision has its change: that of an object that is there is a write, and at any other something went away. */
export function changesIn(store: EtcdStore | undefined, since: number): readonly EtcdChange[] {
  const saved = JSON.parse(store?.content ?? '{"objects":[]}') as SavedObjects;
  const written = new Set(
    saved.objects.flatMap(([, objects]) =>
      objects.map(({ metadata }) => Number(metadata.resourceVersion)),
    ),
  );
  const last = store?.revision ?? since;
  return Array.from({ length: Math.max(0, last - since) }, (_none, index) => {
    const revision = since + index + 1;
    return { revision, isRemoval: !written.has(revision) };
  });
}
