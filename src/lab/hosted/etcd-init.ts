// What the init container of an etcd pod does on first start: download the snapshot of `restoreSnapshotURL` and restore
// it, or begin empty. On a volume that holds anything it does nothing and says nothing, whatever the URL asks for.
// Only an XML body is noticed as an error page, as with the real script; everything else fails in `snapshot restore`.

import { kinds } from '../cluster/kinds.ts';
import { listAt, type KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import type { Gate } from '../controllers/workloads/kubelet.ts';
import { newEtcdStore, type EtcdStore } from '../world/etcd-stores.ts';
import type { World } from '../world/world.ts';
import { decodeSnapshot } from './snapshot-file.ts';

const RETRY_MS = 800;

interface Attempt {
  state: 'running' | 'failed';
  message: string;
  at: number;
}

export class EtcdInit {
  private readonly attempts = new Map<string, Attempt>();
  private readonly world: World;
  private readonly side: Side;

  constructor(world: World, side: Side) {
    this.world = world;
    this.side = side;
  }

  /** Called again and again until it says 'go'. */
  gate(pod: KubeObject): Gate {
    const claim = this.side.get(
      kinds.volumeClaim,
      pod.metadata.namespace,
      `data-${pod.metadata.name}`,
    );
    const volume = claim?.metadata.uid;
    if (volume === undefined) return waiting('ContainerCreating', 'waiting for the volume');
    if (this.world.stores.on(volume) !== undefined) return 'go';
    const url = this.restoreUrl(pod.metadata.namespace ?? '');
    if (url === undefined) {
      this.world.stores.put(volume, this.peerStore(pod) ?? newEtcdStore());
      return 'go';
    }
    return this.restore(pod, volume, url);
  }

  private restore(pod: KubeObject, volume: string, url: string): Gate {
    const attempt = this.attempts.get(volume);
    if (attempt?.state === 'running') return waiting('PodInitializing', 'etcd-init restores');
    if (attempt?.state === 'failed' && Date.now() - attempt.at < this.world.delay(RETRY_MS)) {
      return waiting('CrashLoopBackOff', attempt.message);
    }
    this.attempts.set(volume, { state: 'running', message: '', at: Date.now() });
    void this.download(pod, volume, url);
    return waiting('PodInitializing', 'etcd-init restores');
  }

  private async download(pod: KubeObject, volume: string, url: string): Promise<void> {
    try {
      const restored = await this.fetchStore(url);
      // All members restore the same file: one database.
      this.world.stores.put(volume, this.peerStore(pod) ?? restored);
      this.attempts.delete(volume);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.attempts.set(volume, { state: 'failed', message, at: Date.now() });
      this.world.log(`etcd-init of ${this.side.name} ${pod.metadata.name}: ${message}`);
    }
  }

  private async fetchStore(url: string): Promise<EtcdStore> {
    if (!url.startsWith('https://')) {
      throw new Error(`curl: (1) Protocol "${url.split(':')[0] ?? ''}" not supported`);
    }
    const answer = await this.world.aws.fetchUrl(url);
    if (answer.body.subarray(0, 5).toString() === '<?xml') {
      throw new Error(
        `the download is an error page: ${answer.body.toString('utf8').slice(0, 300)}`,
      );
    }
    const body = decodeSnapshot(answer.body);
    return { ...newEtcdStore(), ...body };
  }

  private restoreUrl(namespace: string): string | undefined {
    const controlPlane = this.side.all(kinds.hostedControlPlane, namespace)[0];
    const urls = listAt(controlPlane, 'spec', 'etcd', 'managed', 'storage', 'restoreSnapshotURL');
    return typeof urls[0] === 'string' ? urls[0] : undefined;
  }

  private peerStore(pod: KubeObject): EtcdStore | undefined {
    return etcdStoreOf(this.world, this.side, pod.metadata.namespace ?? '');
  }
}

/** The database of the etcd members in a namespace, when one of its volumes holds one. */
export function etcdStoreOf(world: World, side: Side, namespace: string): EtcdStore | undefined {
  return side
    .all(kinds.volumeClaim, namespace)
    .filter((claim) => claim.metadata.name.startsWith('data-etcd-'))
    .map((claim) => world.stores.on(claim.metadata.uid ?? ''))
    .find((store) => store !== undefined);
}

function waiting(reason: string, message: string): Gate {
  return { waiting: reason, message };
}
