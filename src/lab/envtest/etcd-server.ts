// One real etcd process: one member of a cluster of one or more. It takes only clients with a certificate of the given
// authority, also on loopback: what is in it are the Secrets of a whole cluster.
// https://etcd.io/docs/v3.5/op-guide/configuration/

import { join } from 'node:path';
import { writePrivate } from '../daemon/state-files.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import type { ChildProcesses, Program } from './child-process.ts';
import { statusOf } from './https-get.ts';

/** How to reach a member, for etcdctl and for kube-apiserver. Files, since both take nothing else. */
export interface EtcdConnection {
  /** "https://127.0.0.1:2379" for each member. */
  readonly endpoints: readonly string[];
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface EtcdMemberOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly processes: ChildProcesses;
  /** "etcd-0": its name in the cluster. */
  readonly name: string;
  /** Names the log. */
  readonly logName: string;
  /** Absolute; empty or absent: a new member. */
  readonly dataDir: string;
  readonly files: EtcdFiles;
  readonly clientPort: number;
  readonly peerPort: number;
  /** Peer URL by member name, this member's included. */
  readonly initialCluster: ReadonlyMap<string, string>;
}

/** Certificate files of a member and of its clients; server and client use the same pair. */
export interface EtcdFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Writes what `authority` issues for one etcd into `folder`, private to its owner. */
export async function writeEtcdFiles(
  folder: string,
  authority: CertificateAuthority,
): Promise<EtcdFiles> {
  const issued = await authority.issue({
    names: ['localhost'],
    ips: ['127.0.0.1'],
    usages: ['server', 'client'],
  });
  const files = {
    caFile: join(folder, 'etcd-ca.crt'),
    certFile: join(folder, 'etcd.crt'),
    keyFile: join(folder, 'etcd.key'),
  };
  await writePrivate(files.caFile, authority.cert);
  await writePrivate(files.certFile, issued.cert);
  await writePrivate(files.keyFile, issued.key);
  return files;
}

/** Resolves when the process runs; with several members none is healthy before most of them are there. */
export function startEtcdMember(options: EtcdMemberOptions): Promise<Program> {
  const { files, clientPort, name } = options;
  const peerUrl = options.initialCluster.get(name) ?? '';
  const clientUrl = `https://127.0.0.1:${clientPort}`;
  const cluster = [...options.initialCluster].map(([member, url]) => `${member}=${url}`).join(',');
  return options.processes.start({
    name: options.logName,
    program: options.program,
    args: [
      `--name=${name}`,
      `--data-dir=${options.dataDir}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=${cluster}`,
      '--initial-cluster-state=new',
      `--trusted-ca-file=${files.caFile}`,
      `--cert-file=${files.certFile}`,
      `--key-file=${files.keyFile}`,
      '--client-cert-auth=true',
      `--peer-trusted-ca-file=${files.caFile}`,
      `--peer-cert-file=${files.certFile}`,
      `--peer-key-file=${files.keyFile}`,
      '--peer-client-cert-auth=true',
      '--log-level=warn',
      '--logger=zap',
      // Elections on a loaded machine must not turn a rehearsal into an incident.
      '--heartbeat-interval=200',
      '--election-timeout=2000',
    ],
    // Debian's package refuses to start on processors that upstream does not test, unless told so.
    ...(process.arch === 'x64' ? {} : { env: { ETCD_UNSUPPORTED_ARCH: process.arch } }),
  });
}

/** Whether one member answers as part of a working cluster. */
export async function isEtcdHealthy(
  endpoint: string,
  client: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<boolean> {
  const { ca, cert, key } = client;
  return (await statusOf({ url: `${endpoint}/health`, ca, client: { cert, key } })) === 200;
}
