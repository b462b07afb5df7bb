// What lies on the etcd volumes. A volume is empty until its first member starts on it; members of one cluster that
// start together share one database. A volume that is deleted takes its copy along; with the last copy the data are gone.

import { randomBytes } from 'node:crypto';

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
}

export function newEtcdStore(): EtcdStore {
  return {
    id: randomBytes(4).toString('hex'),
    content: undefined,
    revision: 1,
    encryptionKey: undefined,
  };
}
