// A real API server as the tests of the adapter use it: kubeconfigs for whoever they log in as, and a pod to run
// commands in.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { adminToken, startRealServer } from '../../lab/envtest/real-server.ts';
import type { RealServer, RealServerOptions } from '../../lab/envtest/real-server.ts';

const { signal } = new AbortController();

/** Starting two processes on a busy machine. */
export const START_LIMIT_MS = 180_000;

export interface RealCluster {
  readonly server: RealServer;
  readonly port: number;
  /** With all rights, directly. */
  readonly admin: KubeTarget;
  /** Closed with the cluster. `cluster` may name another address or a proxy. */
  target(user: object, cluster?: object, notice?: (message: string) => void): Promise<KubeTarget>;
  /** A running pod "shell" in namespace "default", when the server was started with `exec`. */
  addPod(): Promise<void>;
  close(): Promise<void>;
}

export async function startRealCluster(options: RealServerOptions = {}): Promise<RealCluster> {
  const server = await startRealServer(options);
  const targets: KubeTarget[] = [];

  const target: RealCluster['target'] = async (user, cluster = {}, notice = () => undefined) => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-real-')), 'config');
    const ca = Buffer.from(server.authority.cert).toString('base64');
    const { url } = server.controlPlane;
    const config = {
      kind: 'Config',
      'current-context': 'one',
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'me' } }],
      clusters: [
        { name: 'one', cluster: { server: url, 'certificate-authority-data': ca, ...cluster } },
      ],
      users: [{ name: 'me', user }],
    };
    await writeFile(file, JSON.stringify(config));
    const made = createKubeTarget({ kubeconfig: file }, { notice });
    targets.push(made);
    return made;
  };

  const admin = await target({ token: adminToken });
  return {
    server,
    port: Number(new URL(server.controlPlane.url).port),
    admin,
    target,
    async addPod() {
      const { client } = admin;
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
      await client.create(node, signal);
      await client.patch(
        { apiVersion: 'v1', kind: 'Node', name: 'node-1' },
        {
          type: 'merge',
          subresource: 'status',
          patch: {
            status: {
              addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
              daemonEndpoints: { kubeletEndpoint: { Port: server.kubeletPort } },
            },
          },
          signal,
        },
      );
      const metadata = { name: 'shell', namespace: 'default' };
      const spec = { nodeName: 'node-1', containers: [{ name: 'main', image: 'i' }] };
      await client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, signal);
    },
    async close() {
      for (const one of targets) one.close();
      await server.close();
    },
  };
}

/** A base64 field of a kubeconfig. */
export function inline(text: string): string {
  return Buffer.from(text).toString('base64');
}
