// A real kube-apiserver over a real etcd for a test, with one administrator, and others as the test asks for.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChildProcesses,
  startControlPlane,
  type ControlPlane,
  type TokenUser,
} from '../../../src/lab/envtest/index.ts';
import {
  createCertificateAuthority,
  type CertificateAuthority,
} from '../../../src/lab/tls/index.ts';
import { startKubeletServer, type KubeletServer } from '../../../src/lab/kubelet/kubelet-server.ts';
import type { ExecHandler } from '../../../src/lab/kube/index.ts';
import type { Connection } from '../kube/rest.ts';
import { binaries } from './real-servers.ts';

export const adminToken = 'admin-token';

export interface RealServer {
  readonly connection: Connection;
  readonly controlPlane: ControlPlane;
  /** Signs the server's certificate, and is trusted with client certificates. */
  readonly authority: CertificateAuthority;
  /** Where Node objects of a test say that their kubelet listens; 0 without `exec`. */
  readonly kubeletPort: number;
  /** Removed by `close`. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface RealServerOptions {
  readonly tokens?: readonly TokenUser[];
  /** Runs what is executed in pods, by way of the server's own proxy to a kubelet. */
  readonly exec?: ExecHandler;
  readonly audit?: boolean;
}

/** About five seconds. The caller closes it. */
export async function startRealServer(options: RealServerOptions = {}): Promise<RealServer> {
  if (binaries === undefined) throw new Error('the programs of the real servers are not here');
  const folder = await mkdtemp(join(tmpdir(), 'drctl-real-'));
  const processes = new ChildProcesses(folder);
  const authority = await createCertificateAuthority({ name: 'real server' });
  const kubelet = await kubeletFor(authority, options.exec);
  const client = await authority.issue({
    usages: ['client'],
    user: 'kube-apiserver',
    groups: ['system:masters'],
  });
  const controlPlane = await startControlPlane({
    binaries,
    processes,
    authority,
    name: 'real',
    folder: join(folder, 'server'),
    tokens: [
      { token: adminToken, user: 'admin', groups: ['system:masters'] },
      ...(options.tokens ?? []),
    ],
    kubelets: { ...client, ca: authority.cert },
    ...(options.audit === undefined ? {} : { audit: options.audit }),
  });
  return {
    connection: { baseUrl: controlPlane.url, token: adminToken, ca: authority.cert },
    controlPlane,
    authority,
    kubeletPort: kubelet?.port ?? 0,
    folder,
    async close() {
      await controlPlane.close();
      await processes.close();
      await kubelet?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function kubeletFor(
  authority: CertificateAuthority,
  exec: ExecHandler | undefined,
): Promise<KubeletServer | undefined> {
  if (exec === undefined) return undefined;
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  return startKubeletServer({ tls: { ...tls, clientCa: authority.cert }, exec });
}
