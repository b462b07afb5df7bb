// The servers that calls are made to through faults: the lab's own, and a real kube-apiserver over a real etcd.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKubeTarget } from '../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../src/adapters/kubernetes/create-kube-target.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { ExecHandler } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { startRealCluster } from '../adapters/kubernetes/real-clusters.ts';
import type { Upstream } from '../fakes/fault-proxy/fault-proxy.ts';
import { adminToken } from '../lab/envtest/real-server.ts';
import { EXEC_BYTES, execContent } from './kubernetes-calls.ts';

const { signal } = new AbortController();

export interface Server {
  readonly upstream: Upstream;
  readonly kubeconfig: string;
  /** Adds the pod "shell". */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** It says something, is silent for a while, and says the rest. */
const exec: ExecHandler = async (_command, streams) => {
  const half = EXEC_BYTES / 2;
  await streams.stdout(execContent.subarray(0, half));
  await sleep(300);
  await streams.stdout(execContent.subarray(half));
  return 0;
};

export async function startEmbedded(): Promise<Server> {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  const token = 'token-of-a-tester';
  const tokens = [{ token, user: 'tester', groups: ['system:masters'] }];
  const server = await startKubeServer({ name: 'one', tls, tokens, exec });
  return {
    upstream: { url: server.url, ca: authority.cert },
    kubeconfig: server.kubeconfig({ token }),
    async prepare() {
      const direct = await connect(server.kubeconfig({ token }));
      const metadata = { name: 'shell', namespace: 'default' };
      const spec = { containers: [{ name: 'main', image: 'i' }] };
      await direct.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, signal);
      direct.close();
    },
    close: () => server.close(),
  };
}

export async function startReal(): Promise<Server> {
  const cluster = await startRealCluster({ exec });
  const { url } = cluster.server.controlPlane;
  const ca = cluster.server.authority.cert;
  return {
    upstream: { url, ca },
    kubeconfig: JSON.stringify({
      'current-context': 'one',
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'me' } }],
      clusters: [
        { name: 'one', cluster: { server: url, 'certificate-authority-data': encoded(ca) } },
      ],
      users: [{ name: 'me', user: { token: adminToken } }],
    }),
    prepare: () => cluster.addPod(),
    close: () => cluster.close(),
  };
}

export async function connect(text: string): Promise<KubeTarget> {
  const kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-faults-')), 'config');
  await writeFile(kubeconfig, text);
  return createKubeTarget({ kubeconfig });
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
