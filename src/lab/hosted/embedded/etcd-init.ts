// What the init container of an etcd pod does on first start: download the snapshot of `restoreSnapshotURL` and restore
// it, or begin empty. On a volume that holds anything it does nothing and says nothing, whatever the URL asks for.

import type { KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { Gate } from '../../controllers/workloads/kubelet.ts';
import type { WorldCore } from '../../world/world.ts';
import { notYet, restoreUrlIn, volumeOf } from '../control-plane-pods.ts';
import { downloadSnapshot } from '../download-snapshot.ts';
import { newEtcdStore, type EtcdStores } from './etcd-stores.ts';
import { decodeSnapshot } from './snapshot-file.ts';

const RETRY_MS = 800;

interface Attempt {
  state: 'running' | 'failed';
  message: string;
  at: number;
}

export class EtcdInit {
  private readonly attempts = new Map<string, Attempt>();
  private readonly world: WorldCore;
  private readonly side: Side;
  private readonly stores: EtcdStores;

  constructor(world: WorldCore, side: Side, stores: EtcdStores) {
    this.world = world;
    this.side = side;
    this.stores = stores;
  }

  /** Called again and again until it says 'go'. */
  gate(pod: KubeObject): Gate {
    const volume = volumeOf(this.side, pod);
    if (volume === undefined) return notYet('waiting for the volume');
    if (this.stores.on(volume) !== undefined) return 'go';
    const namespace = pod.metadata.namespace ?? '';
    const url = restoreUrlIn(this.side, namespace);
    if (url === undefined) {
      this.stores.put(volume, this.stores.of(namespace) ?? newEtcdStore());
      return 'go';
    }
    return this.restore(pod, volume, url);
  }

  private restore(pod: KubeObject, volume: string, url: string): Gate {
    const attempt = this.attempts.get(volume);
    if (attempt?.state === 'running') return notYet('etcd-init restores', 'PodInitializing');
    if (attempt?.state === 'failed' && Date.now() - attempt.at < this.world.delay(RETRY_MS)) {
      return notYet(attempt.message, 'CrashLoopBackOff');
    }
    this.attempts.set(volume, { state: 'running', message: '', at: Date.now() });
    void this.download(pod, volume, url);
    return notYet('etcd-init restores', 'PodInitializing');
  }

  private async download(pod: KubeObject, volume: string, url: string): Promise<void> {
    try {
      const body = decodeSnapshot(await downloadSnapshot(this.world.aws, url));
      // All members restore the same file: one database.
      const peers = this.stores.of(pod.metadata.namespace ?? '');
      this.stores.put(volume, peers ?? { ...newEtcdStore(), ...body });
      this.attempts.delete(volume);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.attempts.set(volume, { state: 'failed', message, at: Date.now() });
      this.world.log(`etcd-init of ${this.side.name} ${pod.metadata.name}: ${message}`);
    }
  }
}
