// One management cluster: its API server on loopback, and exec into its pods.

import { NoSuchContainerError, startKubeServer, type KubeServer } from '../kube/index.ts';
import { kinds } from '../cluster/kinds.ts';
import { listAt, textAt } from '../cluster/objects.ts';
import { openSide, type Side, type SideName } from '../cluster/side.ts';
import type { Connection } from '../cluster/kubeconfig.ts';
import { execInPod } from '../kubelet/exec-in-pod.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { managementDefinitions } from '../world/definitions.ts';
import { CLUSTER_NAMES } from '../world/settings.ts';
import type { World } from '../world/world.ts';

export interface ManagementCluster {
  readonly server: KubeServer;
  readonly side: Side;
  /** For whoever rehearses; the lab's controllers use a token of their own. */
  readonly connection: Connection;
}

export interface SideOptions {
  readonly name: SideName;
  readonly authority: CertificateAuthority;
  readonly port: number | undefined;
  readonly tokens: { readonly admin: string; readonly controllers: string };
  /** Known once both sides are there. */
  world(): World;
}

export async function startSide(options: SideOptions): Promise<ManagementCluster> {
  const { authority, tokens } = options;
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const server = await startKubeServer({
    name: CLUSTER_NAMES[options.name],
    tls: { ...tls, ca: authority.cert },
    ...(options.port === undefined ? {} : { port: options.port }),
    tokens: [
      { token: tokens.admin, user: 'lab-admin', groups: ['system:masters'] },
      { token: tokens.controllers, user: 'lab-controllers', groups: ['system:masters'] },
    ],
    crds: managementDefinitions(),
    exec: async (request, streams) => {
      const world = options.world();
      const side = world.sides[options.name];
      assertContainer(side, request);
      const result = execInPod(world, side, request);
      if (result.stdout.length > 0) await streams.stdout(result.stdout);
      if (result.stderr !== '') await streams.stderr(Buffer.from(result.stderr));
      return result.code;
    },
  });
  const connection = { server: server.url, ca: authority.cert, token: tokens.admin };
  const side = await openSide(options.name, { ...connection, token: tokens.controllers });
  return { server, side, connection };
}

function assertContainer(
  side: Side,
  request: { readonly namespace: string; readonly pod: string; readonly container: string },
): void {
  const pod = side.get(kinds.pod, request.namespace, request.pod);
  const names = listAt(pod, 'spec', 'containers').map((entry) => textAt(entry, 'name'));
  if (request.container !== '' && !names.includes(request.container)) {
    throw new NoSuchContainerError(request.container, request.pod);
  }
}
