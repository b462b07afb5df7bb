// A kube-apiserver over an etcd of its own: the least that makes a Kubernetes API.

import { join } from 'node:path';
import { mkdir, readFile } from 'node:fs/promises';
import type { CertificateAuthority } from '../tls/index.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from './api-server.ts';
import type { Binaries } from './binaries.ts';
import type { ChildProcesses } from './child-process.ts';
import {
  isEtcdHealthy,
  startEtcdMember,
  writeEtcdFiles,
  type EtcdConnection,
} from './etcd-server.ts';
import { freePorts } from './free-ports.ts';

export interface ControlPlaneOptions extends Pick<
  ApiServerOptions,
  'name' | 'folder' | 'port' | 'tokens' | 'kubelets' | 'audit'
> {
  readonly binaries: Binaries;
  readonly processes: ChildProcesses;
  /** Signs everything in it, and is trusted with client certificates. */
  readonly authority: CertificateAuthority;
}

export interface ControlPlane {
  readonly url: string;
  readonly etcd: EtcdConnection;
  readonly apiServer: ApiServer;
  close(): Promise<void>;
}

/** Resolves when it is ready. LabError when a process does not become so; what was started is stopped again. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binaries, processes, authority, folder, name } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = await writeEtcdFiles(folder, authority);
  const [clientPort = 0, peerPort = 0] = await freePorts(2);
  const member = await startEtcdMember({
    program: binaries.etcd,
    processes,
    name: 'etcd',
    logName: `${name}-etcd`,
    dataDir: join(folder, 'etcd'),
    files,
    clientPort,
    peerPort,
    initialCluster: new Map([['etcd', `https://127.0.0.1:${peerPort}`]]),
  });
  const etcd: EtcdConnection = { endpoints: [`https://127.0.0.1:${clientPort}`], ...files };
  const client = {
    ca: authority.cert,
    cert: await readFile(files.certFile, 'utf8'),
    key: await readFile(files.keyFile, 'utf8'),
  };
  try {
    await member.becomesReady(() => isEtcdHealthy(etcd.endpoints[0] ?? '', client));
    const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
    const apiServer = await startApiServer({
      ...options,
      name: `${name}-apiserver`,
      program: binaries.kubeApiserver,
      tls: { ...tls, ca: authority.cert, clientCa: authority.cert },
      etcd,
    });
    await apiServer.becomesReady();
    return {
      url: apiServer.url,
      etcd,
      apiServer,
      async close() {
        await apiServer.stop();
        await member.stop();
      },
    };
  } catch (error) {
    await member.stop();
    throw error;
  }
}
