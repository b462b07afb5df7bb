// A real kube-apiserver over a real etcd, with one administrator and a kubeconfig for kubectl and drctl alike.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ChildProcesses, findBinaries, startControlPlane } from '../../src/lab/envtest/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';

const TOKEN = 'token-of-the-benchmark';

export interface BenchServer {
  readonly url: string;
  readonly token: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** Path of a kubeconfig of the administrator's. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** LabError where the programs are not installed. `folder` is the caller's to remove. */
export async function startBenchServer(folder: string): Promise<BenchServer> {
  const binaries = findBinaries();
  const processes = new ChildProcesses(folder);
  const authority = await createCertificateAuthority({ name: 'benchmark' });
  const plane = await startControlPlane({
    binaries,
    processes,
    authority,
    name: 'bench',
    folder: path.join(folder, 'server'),
    tokens: [{ token: TOKEN, user: 'admin', groups: ['system:masters'] }],
  });
  const kubeconfig = path.join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(plane.url, authority.cert), { mode: 0o600 });
  return {
    url: plane.url,
    token: TOKEN,
    ca: authority.cert,
    kubeconfig,
    async close() {
      await plane.close();
      await processes.close();
    },
  };
}

function kubeconfigOf(server: string, ca: string): string {
  const authority = Buffer.from(ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'admin' } }],
    clusters: [{ name: 'bench', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
  });
}
