// A management cluster on a real kube-apiserver with an etcd of its own. What a bare API server lacks the lab adds: the
// definitions, a node with a kubelet to exec through, and the controllers that a controller manager would run.

import { join } from 'node:path';
import { createClient, type Client } from '../cluster/client.ts';
import { installDefinitions } from '../cluster/install-definitions.ts';
import { kinds } from '../cluster/kinds.ts';
import { openSide } from '../cluster/side.ts';
import { startLifecycleControllers } from '../controllers/lifecycle/index.ts';
import { MANAGEMENT_NODE } from '../controllers/workloads/pods.ts';
import { serversFolder } from '../daemon/state-files.ts';
import { startControlPlane, type Binaries, type ChildProcesses } from '../envtest/index.ts';
import { execHandler } from '../kubelet/exec-in-pod.ts';
import { startKubeletServer } from '../kubelet/kubelet-server.ts';
import { tokenUsers, type ClusterOptions, type ManagementCluster } from './management-cluster.ts';

export interface EnvtestOptions extends ClusterOptions {
  readonly binaries: Binaries;
  readonly processes: ChildProcesses;
}

export async function startEnvtestCluster(options: EnvtestOptions): Promise<ManagementCluster> {
  const { name, authority, tokens, closers, settings } = options;
  const kubeletTls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const kubelet = await startKubeletServer({
    tls: { ...kubeletTls, clientCa: authority.cert },
    exec: execHandler(name, () => options.world()),
  });
  closers.add(`${name} kubelet`, () => kubelet.close());
  const kubeletClient = await authority.issue({ usages: ['client'], user: 'kube-apiserver' });
  const controlPlane = await startControlPlane({
    name,
    folder: join(serversFolder(settings.dir), name),
    port: settings.ports[name],
    binaries: options.binaries,
    processes: options.processes,
    authority,
    tokens: tokenUsers(tokens),
    audit: settings.audit,
    kubelets: { ...kubeletClient, ca: authority.cert },
  });
  closers.add(name, () => controlPlane.close());
  const connection = { server: controlPlane.url, ca: authority.cert, token: tokens.admin };
  const ownConnection = { ...connection, token: tokens.controllers };
  const client = createClient(ownConnection);
  try {
    await installDefinitions(client, options.definitions);
    await registerNode(client, kubelet.port);
  } finally {
    client.close();
  }
  const side = await openSide(name, ownConnection);
  closers.add(`${name} client`, () => Promise.resolve(side.close()));
  const loops = startLifecycleControllers(ownConnection, {
    name,
    signal: closers.signal,
    delay: (ms) => ms * settings.timeScale,
    log: (message) => options.log(message),
  });
  closers.add(`${name} lifecycle controllers`, async () => {
    await Promise.all(loops);
  });
  return { side, connection };
}

/** The node that every pod of a management cluster is on: where the API server finds the kubelet. */
async function registerNode(client: Client, kubeletPort: number): Promise<void> {
  const metadata = { name: MANAGEMENT_NODE };
  await client.create(kinds.node, { apiVersion: 'v1', kind: 'Node', metadata });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  };
  await client.patch(kinds.node, metadata, { status }, 'status');
}
