// Exec into a pod of a management cluster: its files, and for etcd's container etcd's own tools over the database of that
// side. A snapshot that is taken while a writer still lives is what loses acknowledged writes: it is recorded.

import { kinds } from '../cluster/kinds.ts';
import { listAt, textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { WRITERS } from '../controllers/hypershift/control-planes.ts';
import { etcdStoreOf } from '../hosted/etcd-init.ts';
import { encodeSnapshot } from '../hosted/snapshot-file.ts';
import { HCP_NAMESPACE } from '../world/settings.ts';
import type { World } from '../world/world.ts';
import { fail, type CommandContext, type CommandResult, type EtcdAccess } from './command.ts';
import { runCommand } from './shell.ts';

export interface PodCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
  readonly command: readonly string[];
}

const VOLUME_BYTES = 8 * 1024 ** 3;
const FOLDERS = ['/var/lib', '/var/lib/data', '/tmp', '/etc', '/dev'];
const TLS_FILES = [
  '/etc/etcd/tls/etcd-ca/ca.crt',
  '/etc/etcd/tls/client/etcd-client.crt',
  '/etc/etcd/tls/client/etcd-client.key',
];

export function execInPod(world: World, side: Side, request: PodCommand): CommandResult {
  const pod = side.get(kinds.pod, request.namespace, request.pod);
  if (pod === undefined || textAt(pod, 'status', 'phase') !== 'Running') {
    return fail(`container of pod ${request.pod} is not running`);
  }
  const containers = listAt(pod, 'spec', 'containers').map((entry) => textAt(entry, 'name'));
  const container = request.container ?? containers[0];
  const isEtcd = pod.metadata.labels?.['app'] === 'etcd' && container === 'etcd';
  const context: CommandContext = {
    files: filesOf(world, pod, isEtcd),
    folders: FOLDERS,
    volumeBytes: VOLUME_BYTES,
    ...(isEtcd ? { etcd: etcdOf(world, side, pod) } : {}),
  };
  return runCommand(request.command, context);
}

function filesOf(world: World, pod: KubeObject, isEtcd: boolean): Map<string, Buffer> {
  const uid = pod.metadata.uid ?? '';
  const known = world.podFiles.get(uid);
  if (known !== undefined) return known;
  const files = new Map<string, Buffer>();
  for (const path of isEtcd ? TLS_FILES : []) files.set(path, Buffer.from(`lab: ${path}\n`));
  if (isEtcd) files.set('/var/lib/data/member/snap/db', Buffer.from('lab database\n'));
  world.podFiles.set(uid, files);
  return files;
}

/** Files that nobody but a recovery puts into an etcd pod. */
export function leftoverFiles(world: World, pod: KubeObject): readonly string[] {
  const files = world.podFiles.get(pod.metadata.uid ?? '');
  return [...(files?.keys() ?? [])].filter(
    (path) => !TLS_FILES.includes(path) && path !== '/var/lib/data/member/snap/db',
  );
}

function etcdOf(world: World, side: Side, pod: KubeObject): EtcdAccess {
  const namespace = pod.metadata.namespace ?? '';
  const store = () => {
    if (namespace === HCP_NAMESPACE) world.hostedApis[side.name].flush();
    return etcdStoreOf(world, side, namespace);
  };
  return {
    memberId: Number(pod.metadata.name.split('-').at(-1)) + 1,
    snapshot() {
      recordWriters(world, side, namespace);
      const found = store();
      return found === undefined ? undefined : encodeSnapshot(found);
    },
    status() {
      const found = store();
      return found === undefined
        ? undefined
        : { revision: found.revision, sizeBytes: Buffer.byteLength(found.content ?? '') + 20_480 };
    },
  };
}

function recordWriters(world: World, side: Side, namespace: string): void {
  const alive = side
    .all(kinds.pod, namespace)
    .filter((pod) => WRITERS.some((name) => pod.metadata.labels?.['app'] === name))
    .map((pod) => pod.metadata.name);
  if (alive.length === 0) return;
  world.recorder.record(
    'snapshot-with-writer',
    `${side.name} ${namespace}`,
    `etcd was snapshotted while these pods could still write: ${alive.join(', ')}; what they write afterwards is lost`,
  );
}
