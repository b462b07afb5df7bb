// The real etcd processes of one side: one for each etcd pod of the hosted cluster, its data in a folder that stands for the
// pod's volume. On an empty volume a member begins with what the snapshot of `restoreSnapshotURL` holds, restored by etcd's own
// tool; on any other it goes on with what is there, whatever the URL asks for.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../cluster/objects.ts';
import { kinds } from '../../cluster/kinds.ts';
import type { Gate } from '../../controllers/workloads/kubelet.ts';
import { isHighlyAvailable } from '../../controllers/hypershift/operator.ts';
import { serversFolder } from '../../daemon/state-files.ts';
import {
  freePorts,
  isEtcdHealthy,
  startEtcdMember,
  writeEtcdFiles,
  type EtcdConnection,
  type EtcdFiles,
  type Program,
} from '../../envtest/index.ts';
import { HCP_NAMESPACE } from '../../world/settings.ts';
import { notYet, restoreUrlIn, rootCa, volumeOf } from '../control-plane-pods.ts';
import { downloadSnapshot } from '../download-snapshot.ts';
import type { PlaneOptions } from './plane-options.ts';
import { restoreSnapshot } from './restore-snapshot.ts';

const MEMBERS = 3;
const RETRY_MS = 800;
const LOOK_EVERY_MS = 250;

interface Member {
  readonly name: string;
  readonly volume: string;
  readonly endpoint: string;
  state: 'starting' | 'running' | 'failed';
  isHealthy: boolean;
  message: string;
  /** When it failed, or was last looked at. */
  at: number;
  program?: Program;
}

interface Ports {
  readonly client: number;
  readonly peer: number;
}

export class EtcdMembers {
  /** By pod uid. */
  private readonly members = new Map<string, Member>();
  private readonly options: PlaneOptions;
  private readonly folder: string;
  /** The members' addresses stay the same over restarts, as the names of pods do. */
  private ports: Promise<readonly Ports[]> | undefined;
  private files: { readonly of: string; readonly paths: Promise<EtcdFiles> } | undefined;

  constructor(options: PlaneOptions) {
    this.options = options;
    this.folder = join(serversFolder(options.world.settings.dir), options.side.name, 'hosted');
  }

  /** Called again and again. */
  gate(pod: KubeObject): Gate {
    const volume = volumeOf(this.options.side, pod);
    if (volume === undefined) return notYet('waiting for the volume');
    const certificate = rootCa(this.options.side);
    if (certificate === undefined) return notYet('Secret root-ca is missing');
    const uid = pod.metadata.uid ?? '';
    const member = this.members.get(uid);
    if (member === undefined || this.mayTryAgain(member)) {
      this.begin(pod, volume, certificate);
      return notYet('etcd starts', 'PodInitializing');
    }
    if (member.state === 'running') return this.gateOfRunning(member);
    return member.state === 'failed'
      ? notYet(member.message, 'CrashLoopBackOff')
      : notYet('etcd starts', 'PodInitializing');
  }

  private mayTryAgain(member: Member): boolean {
    return (
      member.state === 'failed' && Date.now() - member.at >= this.options.world.delay(RETRY_MS)
    );
  }

  private gateOfRunning(member: Member): Gate {
    if (member.program?.isRunning() !== true) {
      this.fail(member, 'etcd ended; its log is in the lab’s folder');
      return notYet(member.message, 'CrashLoopBackOff');
    }
    void this.look(member);
    return member.isHealthy ? 'go' : { unready: 'etcd has no quorum yet' };
  }

  private begin(pod: KubeObject, volume: string, certificate: string): void {
    const member: Member = {
      name: pod.metadata.name,
      volume,
      endpoint: '',
      state: 'starting',
      isHealthy: false,
      message: '',
      at: Date.now(),
    };
    this.members.set(pod.metadata.uid ?? '', member);
    this.start(pod, member, certificate).catch((error: unknown) => {
      this.fail(member, error instanceof Error ? error.message : String(error));
    });
  }

  private fail(member: Member, message: string): void {
    Object.assign(member, { state: 'failed', isHealthy: false, message, at: Date.now() });
    this.options.world.log(`${this.options.side.name} ${member.name}: ${message}`);
  }

  private async start(pod: KubeObject, member: Member, certificate: string): Promise<void> {
    const files = await this.filesFor(certificate);
    const ports = await this.allPorts();
    const own = ports[ordinalOf(member.name)];
    if (own === undefined) throw new Error(`${member.name} is one member too many`);
    Object.assign(member, { endpoint: endpointOf(own) });
    const initialCluster = this.initialCluster(ports);
    await this.prepare(pod, member, initialCluster);
    // The pod may have been deleted while its init container was at work.
    if (this.members.get(pod.metadata.uid ?? '') !== member) return;
    member.program = await startEtcdMember({
      program: this.options.binaries.etcd,
      processes: this.options.processes,
      name: member.name,
      logName: `${this.options.side.name}-hosted-${member.name}`,
      dataDir: this.dataFolder(member.volume),
      files,
      clientPort: own.client,
      peerPort: own.peer,
      initialCluster,
    });
    member.state = 'running';
  }

  /** What etcd's init container does: nothing on a volume that holds anything. */
  private async prepare(
    pod: KubeObject,
    member: Member,
    initialCluster: ReadonlyMap<string, string>,
  ): Promise<void> {
    await mkdir(this.volumeFolder(member.volume), { recursive: true, mode: 0o700 });
    const url = restoreUrlIn(this.options.side, pod.metadata.namespace ?? '');
    if (url === undefined || this.hasData(member.volume)) return;
    await restoreSnapshot({
      content: await downloadSnapshot(this.options.world.aws, url),
      binaries: this.options.binaries,
      scratch: join(this.folder, `restore-${member.volume}`),
      dataDir: this.dataFolder(member.volume),
      name: member.name,
      initialCluster,
    });
    this.options.world.log(`${this.options.side.name} ${member.name}: restored from the snapshot`);
  }

  private initialCluster(ports: readonly Ports[]): ReadonlyMap<string, string> {
    const [controlPlane] = this.options.side.all(kinds.hostedControlPlane, HCP_NAMESPACE);
    const isThree = controlPlane !== undefined && isHighlyAvailable(controlPlane);
    return new Map(
      ports
        .slice(0, isThree ? MEMBERS : 1)
        .map(({ peer }, index) => [`etcd-${index}`, `https://127.0.0.1:${peer}`]),
    );
  }

  private async look(member: Member): Promise<void> {
    if (Date.now() - member.at < LOOK_EVERY_MS) return;
    member.at = Date.now();
    const client = await this.client();
    if (client === undefined) return;
    member.isHealthy = await isEtcdHealthy(member.endpoint, client).catch(() => false);
  }

  private async client(): Promise<{ ca: string; cert: string; key: string } | undefined> {
    const files = await this.files?.paths;
    if (files === undefined) return undefined;
    const [ca, cert, key] = await Promise.all(
      [files.caFile, files.certFile, files.keyFile].map((path) => readFile(path, 'utf8')),
    );
    return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  }

  /** The pod's process has to end. */
  async end(pod: KubeObject): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const member = this.members.get(uid);
    this.members.delete(uid);
    await member?.program?.stop();
  }

  /** Ends the processes of pods that are no longer there: removed by force, their kubelet was never asked. */
  async endAllBut(uids: ReadonlySet<string>): Promise<void> {
    const gone = [...this.members].filter(([uid]) => !uids.has(uid));
    for (const [uid] of gone) this.members.delete(uid);
    await Promise.all(gone.map(async ([, member]) => member.program?.stop()));
  }

  /** How an API server reaches the members; undefined: they have never started. */
  async connection(): Promise<EtcdConnection | undefined> {
    const files = await this.files?.paths;
    if (files === undefined) return undefined;
    const ports = await this.allPorts();
    const count = this.initialCluster(ports).size;
    return { ...files, endpoints: ports.slice(0, count).map(endpointOf) };
  }

  endpointOf(pod: KubeObject): string {
    return this.members.get(pod.metadata.uid ?? '')?.endpoint ?? '';
  }

  volumeFolder(volume: string): string {
    return join(this.folder, 'volumes', volume);
  }

  tlsFolder(): string {
    return join(this.folder, 'tls');
  }

  private dataFolder(volume: string): string {
    return join(this.volumeFolder(volume), 'data');
  }

  private hasData(volume: string): boolean {
    const folder = this.dataFolder(volume);
    return existsSync(folder) && readdirSync(folder).length > 0;
  }

  /** True: it held data. */
  dropVolume(volume: string): boolean {
    const hadData = this.hasData(volume);
    rmSync(this.volumeFolder(volume), { recursive: true, force: true });
    return hadData;
  }

  /** Certificates of the hosted cluster's own authority: with another one the members would not know each other. */
  private filesFor(certificate: string): Promise<EtcdFiles> {
    if (this.files?.of === certificate) return this.files.paths;
    const authority = this.options.world.authorities.find(certificate);
    if (authority === undefined) {
      return Promise.reject(new Error('Secret root-ca holds a stranger’s certificate'));
    }
    const folder = this.tlsFolder();
    const paths = mkdir(folder, { recursive: true, mode: 0o700 }).then(() =>
      writeEtcdFiles(folder, authority),
    );
    this.files = { of: certificate, paths };
    return paths;
  }

  private allPorts(): Promise<readonly Ports[]> {
    this.ports ??= freePorts(2 * MEMBERS).then((numbers) => {
      return Array.from({ length: MEMBERS }, (_none, index) => ({
        client: numbers[2 * index] ?? 0,
        peer: numbers[2 * index + 1] ?? 0,
      }));
    });
    return this.ports;
  }
}

function endpointOf({ client }: Ports): string {
  return `https://127.0.0.1:${client}`;
}

function ordinalOf(podName: string): number {
  return Number(podName.slice(podName.lastIndexOf('-') + 1));
}
