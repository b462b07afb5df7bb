// Our hosted cluster's control plane on real processes: an etcd member for each etcd pod, and a kube-apiserver for the
// kube-apiserver pods. The neighbours, which are there to be left alone, stay as the embedded lab has them.

import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../cluster/objects.ts';
import type { Gate } from '../../controllers/workloads/kubelet.ts';
import { isTerminating } from '../../controllers/workloads/pods.ts';
import type { CommandContext } from '../../kubelet/command.ts';
import { serversFolder } from '../../daemon/state-files.ts';
import { recordSnapshot } from '../../observe/record-snapshot.ts';
import { apiHostname, HCP_NAMESPACE } from '../../world/settings.ts';
import {
  apiServerGate,
  ApiServerPods,
  encryptionKey,
  isApiServerPod,
  isEtcdPod,
  notYet,
  rootCa,
} from '../control-plane-pods.ts';
import { EmbeddedPlane } from '../embedded/embedded-plane.ts';
import type { HostedPlane } from '../hosted-plane.ts';
import { EnvtestApi } from './envtest-api.ts';
import { EtcdMembers } from './etcd-members.ts';
import { etcdTools } from './etcd-tools.ts';
import { MountedFiles } from './mounted-files.ts';
import type { PlaneOptions } from './plane-options.ts';

const VOLUME_BYTES = 8 * 1024 ** 3;
const FOLDERS = ['/var/lib', '/tmp', '/etc', '/dev'];

export class EnvtestPlane implements HostedPlane {
  readonly api: EnvtestApi;
  private readonly options: PlaneOptions;
  private readonly apiPods: ApiServerPods;
  private readonly members: EtcdMembers;
  private readonly others: EmbeddedPlane;

  constructor(options: PlaneOptions) {
    this.options = options;
    this.api = new EnvtestApi(options);
    this.apiPods = new ApiServerPods(options.side);
    this.members = new EtcdMembers(options);
    this.others = new EmbeddedPlane(options.world, options.side, options.token);
  }

  gate(pod: KubeObject): Gate {
    if (pod.metadata.namespace !== HCP_NAMESPACE) return this.others.gate(pod);
    if (isEtcdPod(pod)) return this.members.gate(pod);
    if (!isApiServerPod(pod)) return 'go';
    const gate = apiServerGate(this.options.side, pod);
    if (gate !== 'go') return gate;
    return this.api.isServing() ? 'go' : notYet(this.api.message);
  }

  async reconcile(): Promise<void> {
    const { side, world } = this.options;
    const pods = side.all(kinds.pod, HCP_NAMESPACE);
    await this.members.endAllBut(new Set(pods.map((pod) => pod.metadata.uid ?? '')));
    const waiting = pods.filter((pod) => isApiServerPod(pod) && !isTerminating(pod));
    if (waiting.length + this.apiPods.running().length === 0) {
      await this.api.stop();
      return;
    }
    const canStart = waiting.some((pod) => apiServerGate(side, pod) === 'go');
    if (!canStart || !this.api.mayStart()) return;
    const authority = world.authorities.find(rootCa(side));
    const key = encryptionKey(side);
    const etcd = await this.members.connection();
    if (authority === undefined || key === undefined || etcd === undefined) return;
    this.api.start({
      etcd,
      authority,
      encryptionKey: key,
      hostname: apiHostname(world.settings.endpointAccess),
    });
  }

  async endPod(pod: KubeObject): Promise<void> {
    if (pod.metadata.namespace !== HCP_NAMESPACE) return this.others.endPod(pod);
    if (isEtcdPod(pod)) {
      await this.members.end(pod);
      rmSync(this.podFolder(pod), { recursive: true, force: true });
    }
    if (this.apiPods.endsWith(pod)) await this.api.stop();
  }

  dropVolume(uid: string): boolean {
    return this.members.dropVolume(uid) || this.others.dropVolume(uid);
  }

  commandContext(pod: KubeObject, container: string): CommandContext {
    if (pod.metadata.namespace !== HCP_NAMESPACE || !isEtcdPod(pod) || container !== 'etcd') {
      return this.others.commandContext(pod, container);
    }
    const files = this.filesOf(pod);
    const folder = this.podFolder(pod);
    return {
      files,
      folders: FOLDERS,
      volumeBytes: Math.min(VOLUME_BYTES, files.usedBytes() + freeBytes(folder)),
      tools: etcdTools({
        binaries: this.options.binaries,
        files,
        endpoint: this.members.endpointOf(pod),
        folder,
        onSnapshot: () => recordSnapshot(this.options.world, this.options.side, HCP_NAMESPACE),
      }),
    };
  }

  leftoverFiles(pod: KubeObject): readonly string[] {
    if (pod.metadata.namespace !== HCP_NAMESPACE || !isEtcdPod(pod)) {
      return this.others.leftoverFiles(pod);
    }
    return this.filesOf(pod)
      .paths()
      .filter((path) => !path.startsWith('/etc/') && !path.startsWith('/var/lib/data/member/'));
  }

  private filesOf(pod: KubeObject): MountedFiles {
    const claim = `data-${pod.metadata.name}`;
    const volume = this.options.side.get(kinds.volumeClaim, pod.metadata.namespace, claim);
    const folder = this.podFolder(pod);
    const tls = this.members.tlsFolder();
    return new MountedFiles({
      folders: {
        '/var/lib': this.members.volumeFolder(volume?.metadata.uid ?? 'none'),
        '/tmp': join(folder, 'tmp'),
      },
      files: {
        '/etc/etcd/tls/etcd-ca/ca.crt': join(tls, 'etcd-ca.crt'),
        '/etc/etcd/tls/client/etcd-client.crt': join(tls, 'etcd.crt'),
        '/etc/etcd/tls/client/etcd-client.key': join(tls, 'etcd.key'),
      },
    });
  }

  private podFolder(pod: KubeObject): string {
    const { settings } = this.options.world;
    const folder = join(
      serversFolder(settings.dir),
      this.options.side.name,
      'pods',
      pod.metadata.uid ?? 'none',
    );
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async close(): Promise<void> {
    await this.api.stop();
    await this.members.endAllBut(new Set());
    await this.others.close();
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
