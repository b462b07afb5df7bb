// Control planes without processes: etcd's data is an object on a volume's uid, and the hosted API an embedded server over it.

import { createHash } from 'node:crypto';
import type { KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { Gate } from '../../controllers/workloads/kubelet.ts';
import type { CommandContext } from '../../kubelet/command.ts';
import { MemoryFiles } from '../../kubelet/pod-files.ts';
import { recordSnapshot } from '../../observe/record-snapshot.ts';
import { apiHostname, HCP_NAMESPACE } from '../../world/settings.ts';
import type { WorldCore } from '../../world/world.ts';
import {
  apiServerGate,
  ApiServerPods,
  encryptionKey,
  hasReadyEtcd,
  isApiServerPod,
  isEtcdPod,
  notYet,
  rootCa,
} from '../control-plane-pods.ts';
import type { HostedPlane } from '../hosted-plane.ts';
import { EmbeddedApi } from './embedded-api.ts';
import { etcdTools, type EtcdAccess } from './etcd-commands.ts';
import { EtcdInit } from './etcd-init.ts';
import { changesIn, EtcdStores } from './etcd-stores.ts';
import { encodeSnapshot } from './snapshot-file.ts';

const VOLUME_BYTES = 8 * 1024 ** 3;
const FOLDERS = ['/var/lib', '/var/lib/data', '/tmp', '/etc', '/dev'];
const DATABASE_FILE = '/var/lib/data/member/snap/db';
const TLS_FILES = [
  '/etc/etcd/tls/etcd-ca/ca.crt',
  '/etc/etcd/tls/client/etcd-client.crt',
  '/etc/etcd/tls/client/etcd-client.key',
];

export class EmbeddedPlane implements HostedPlane {
  readonly api: EmbeddedApi;
  private readonly world: WorldCore;
  private readonly side: Side;
  private readonly apiPods: ApiServerPods;
  private readonly stores: EtcdStores;
  private readonly init: EtcdInit;
  /** By pod uid. */
  private readonly files = new Map<string, MemoryFiles>();

  constructor(world: WorldCore, side: Side, token: string) {
    this.world = world;
    this.side = side;
    this.api = new EmbeddedApi(side.name, token, world.settings);
    this.apiPods = new ApiServerPods(side);
    this.stores = new EtcdStores(side);
    this.init = new EtcdInit(world, side, this.stores);
  }

  gate(pod: KubeObject): Gate {
    if (isEtcdPod(pod)) return this.init.gate(pod);
    return isApiServerPod(pod) ? this.apiGate(pod) : 'go';
  }

  private apiGate(pod: KubeObject): Gate {
    const gate = apiServerGate(this.side, pod);
    if (gate !== 'go' || pod.metadata.namespace !== HCP_NAMESPACE) return gate;
    const written = this.stores.of(HCP_NAMESPACE)?.encryptionKey;
    return written !== undefined && written !== this.keyFingerprint()
      ? notYet('the database was written with another encryption key')
      : 'go';
  }

  private keyFingerprint(): string | undefined {
    const key = encryptionKey(this.side);
    return key === undefined ? undefined : createHash('sha256').update(key).digest('hex');
  }

  async reconcile(): Promise<void> {
    const isWanted = hasReadyEtcd(this.side, HCP_NAMESPACE) && this.apiPods.running().length > 0;
    if (isWanted && !this.api.isServing()) await this.start();
    if (!isWanted && this.api.isServing()) {
      await this.api.stop();
      this.world.log(`${this.side.name}: the hosted API stopped`);
    }
  }

  private async start(): Promise<void> {
    const store = this.stores.of(HCP_NAMESPACE);
    const authority = this.world.authorities.find(rootCa(this.side));
    const key = this.keyFingerprint();
    if (store === undefined || authority === undefined || key === undefined) return;
    await this.api.start({
      store,
      authority,
      hostname: apiHostname(this.world.settings.endpointAccess),
      encryptionKey: key,
    });
    this.world.log(`${this.side.name}: the hosted API serves database ${store.id}`);
  }

  async endPod(pod: KubeObject): Promise<void> {
    this.files.delete(pod.metadata.uid ?? '');
    if (this.apiPods.endsWith(pod)) await this.api.stop();
  }

  dropVolume(uid: string): boolean {
    return this.stores.drop(uid) !== undefined;
  }

  commandContext(pod: KubeObject, container: string): CommandContext {
    const isEtcd = isEtcdPod(pod) && container === 'etcd';
    return {
      files: this.filesOf(pod, isEtcd),
      folders: FOLDERS,
      volumeBytes: VOLUME_BYTES,
      ...(isEtcd ? { tools: etcdTools(this.etcdOf(pod)) } : {}),
    };
  }

  private filesOf(pod: KubeObject, isEtcd: boolean): MemoryFiles {
    const uid = pod.metadata.uid ?? '';
    const known = this.files.get(uid);
    if (known !== undefined) return known;
    const files = new MemoryFiles(
      isEtcd
        ? [
            ...TLS_FILES.map((path) => [path, Buffer.from(`lab: ${path}\n`)] as const),
            [DATABASE_FILE, Buffer.from('lab database\n')],
          ]
        : [],
    );
    this.files.set(uid, files);
    return files;
  }

  leftoverFiles(pod: KubeObject): readonly string[] {
    const paths = this.files.get(pod.metadata.uid ?? '')?.paths() ?? [];
    return paths.filter((path) => !TLS_FILES.includes(path) && path !== DATABASE_FILE);
  }

  private etcdOf(pod: KubeObject): EtcdAccess {
    const namespace = pod.metadata.namespace ?? '';
    const store = () => {
      if (namespace === HCP_NAMESPACE) this.api.flush();
      return this.stores.of(namespace);
    };
    return {
      memberId: Number(pod.metadata.name.split('-').at(-1)) + 1,
      snapshot: () => {
        recordSnapshot(this.world, this.side, namespace);
        const found = store();
        return found === undefined ? undefined : encodeSnapshot(found);
      },
      changesSince: (revision) => changesIn(store(), revision),
      status: () => {
        const found = store();
        return found === undefined
          ? undefined
          : {
              revision: found.revision,
              sizeBytes: Buffer.byteLength(found.content ?? '') + 20_480,
            };
      },
    };
  }

  close(): Promise<void> {
    return this.api.stop();
  }
}
