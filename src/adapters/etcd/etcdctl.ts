// etcdctl's command line and its answers. The certificate of the CA lies at one of two places, by the age of the control
// plane; ETCDCTL_API=3 is for etcdctl before 3.4.

import { DrctlError } from '../../engine/index.ts';
import type { EtcdChanges, EtcdMember, EtcdStatus } from '../../actions/ports.ts';
import { askInPod, execFailed } from './exec-tools.ts';
import type { ExecPort } from './exec-tools.ts';

const tlsFolder = '/etc/etcd/tls';
const caPaths = [
  `${tlsFolder}/etcd-ca/ca.crt`,
  // Until OpenShift 4.11.
  `${tlsFolder}/client/etcd-client-ca.crt`,
] as const;
const shortMs = 20_000;

export function etcdctl(caPath: string, words: readonly string[]): readonly string[] {
  return [
    'env',
    'ETCDCTL_API=3',
    'etcdctl',
    `--cacert=${caPath}`,
    `--cert=${tlsFolder}/client/etcd-client.crt`,
    `--key=${tlsFolder}/client/etcd-client.key`,
    '--endpoints=https://localhost:2379',
    ...words,
  ];
}

/** Throws EXEC_FAILED when the container has neither: it is not etcd's, or of a release that is not known. */
export async function findCaPath(
  kube: ExecPort,
  member: EtcdMember,
  signal: AbortSignal,
): Promise<string> {
  for (const path of caPaths) {
    const command = ['stat', '-c', '%s', path];
    const result = await askInPod(kube, { member, command, timeoutMs: shortMs, signal });
    if (result.code === 0) return path;
    if (!result.stderr.includes('No such file')) throw execFailed({ member, command }, result);
  }
  throw new DrctlError(
    'EXEC_FAILED',
    `Container ${member.container} of pod ${member.namespace}/${member.pod} has no etcd CA at ${caPaths.join(' or ')}`,
    { hint: 'Is "container" the one that runs etcd?' },
  );
}

interface EndpointStatus {
  readonly Status?: {
    readonly header?: { readonly member_id?: number | string; readonly revision?: number };
    readonly version?: string;
    readonly dbSize?: number;
    readonly leader?: number | string;
  };
}

/** Of `endpoint status -w json` for one endpoint. Throws EXEC_FAILED for anything else. */
export function parseStatus(stdout: string): Omit<EtcdStatus, 'pod' | 'healthy' | 'because'> {
  const status = parseFirst(stdout)?.Status;
  const { revision, member_id: memberId } = status?.header ?? {};
  if (status === undefined || revision === undefined || memberId === undefined) {
    throw new DrctlError(
      'EXEC_FAILED',
      `etcdctl’s endpoint status cannot be read: ${stdout.trim().slice(0, 200)}`,
    );
  }
  return {
    memberId: String(memberId),
    isLeader: String(status.leader) === String(memberId),
    revision: revision,
    ...(status.dbSize !== undefined && { dbSizeBytes: status.dbSize }),
    ...(status.version !== undefined && { version: status.version }),
  };
}

function parseFirst(stdout: string): EndpointStatus | undefined {
  // Member ids are 64 bits: as JavaScript numbers two of them could look the same.
  const text = stdout.replaceAll(/:\s*(\d{16,})/g, ':"$1"');
  try {
    const parsed = JSON.parse(text) as readonly EndpointStatus[] | null;
    return parsed?.[0];
  } catch {
    return undefined;
  }
}

interface WatchAnswer {
  readonly Events?: readonly { readonly type?: number; readonly kv?: { mod_revision?: number } }[];
}

/** The type of an event that took a key away; a write has none. */
const removal = 1;

/** Of `watch -w json`: an answer a line. What is not whole was cut off, and counts as not seen. */
export function parseChanges(stdout: string, since: number): EtcdChanges {
  const events = stdout.split('\n').flatMap((line) => parseAnswer(line).Events ?? []);
  return {
    writes: events.filter(({ type }) => type !== removal).length,
    removals: events.filter(({ type }) => type === removal).length,
    upToRevision: events.reduce((last, { kv }) => Math.max(last, kv?.mod_revision ?? 0), since),
  };
}

function parseAnswer(line: string): WatchAnswer {
  try {
    return JSON.parse(line) as WatchAnswer;
  } catch {
    return {};
  }
}
