// A management cluster on the embedded API server: in this process, on loopback, with exec into its pods.

import { openSide } from '../cluster/side.ts';
import { startKubeServer } from '../kube/index.ts';
import { auditTo } from '../observe/audit-log.ts';
import { execHandler } from '../kubelet/exec-in-pod.ts';
import { CLUSTER_NAMES } from '../world/settings.ts';
import { tokenUsers, type ClusterOptions, type ManagementCluster } from './management-cluster.ts';

export async function startEmbeddedCluster(options: ClusterOptions): Promise<ManagementCluster> {
  const { name, authority, tokens, closers, settings } = options;
  const port = settings.ports[name];
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const server = await startKubeServer({
    name: CLUSTER_NAMES[name],
    tls: { ...tls, ca: authority.cert },
    ...(port === undefined ? {} : { port }),
    tokens: tokenUsers(tokens),
    crds: options.definitions,
    access: 'rbac',
    ...auditTo(settings, name, `${name}-apiserver`),
    exec: execHandler(name, () => options.world()),
  });
  closers.add(name, () => server.close());
  const connection = { server: server.url, ca: authority.cert, token: tokens.admin };
  const side = await openSide(name, { ...connection, token: tokens.controllers });
  closers.add(`${name} client`, () => Promise.resolve(side.close()));
  return { side, connection };
}
