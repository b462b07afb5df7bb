// Starts every controller of the lab. Each is a loop over what it can see; none calls another.

import type { Side } from '../cluster/side.ts';
import { reconcileClusterApi } from '../controllers/cluster-api/index.ts';
import { syncRecords } from '../controllers/dns/external-dns.ts';
import { reconcileLoadBalancers } from '../controllers/dns/load-balancers.ts';
import { reconcilePrivateLink } from '../controllers/dns/private-link.ts';
import { reconcileHyperShift } from '../controllers/hypershift/index.ts';
import { runController } from '../controllers/run-controller.ts';
import { reconcileDeployments } from '../controllers/workloads/deployments.ts';
import { createKubelet, type Gate } from '../controllers/workloads/kubelet.ts';
import { reconcileStatefulSets } from '../controllers/workloads/stateful-sets.ts';
import type { KubeObject } from '../cluster/objects.ts';
import { EtcdInit } from '../hosted/etcd-init.ts';
import { apiServerGate, reconcileHostedApi } from '../hosted/serve-hosted-api.ts';
import { sideNames, type World } from '../world/world.ts';

const RESYNC_MS = 500;
const PODS_RESYNC_MS = 120;
const EXTERNAL_DNS_MS = 1_000;

export interface Loop {
  readonly name: string;
  readonly everyMs: number;
  reconcile(): Promise<void>;
  /** Also whenever this side changes. */
  readonly side?: Side;
}

export function startLoop(world: World, loop: Loop): Promise<void> {
  const { side } = loop;
  return runController({
    name: loop.name,
    resyncMs: world.delay(loop.everyMs),
    reconcile: () => loop.reconcile(),
    signal: world.signal,
    log: (message) => world.log(message),
    ...(side === undefined
      ? {}
      : { subscribe: (listener: () => void) => side.onChange(() => listener()) }),
  });
}

/** The promises resolve when the loops have ended. */
export function startControllers(world: World): readonly Promise<void>[] {
  return sideNames.flatMap((name) =>
    loopsOf(world, world.sides[name]).map((loop) => startLoop(world, loop)),
  );
}

function loopsOf(world: World, side: Side): readonly Loop[] {
  const etcdInit = new EtcdInit(world, side);
  const kubelet = createKubelet(world, side, (pod) => gateOf(world, side, etcdInit, pod));
  return [
    {
      name: `${side.name} workloads`,
      everyMs: PODS_RESYNC_MS,
      side,
      reconcile: async () => {
        await reconcileDeployments(side);
        await reconcileStatefulSets(side);
        await kubelet.reconcile();
        await reconcileLoadBalancers(side);
        await reconcileHostedApi(world, side);
      },
    },
    {
      name: `${side.name} hypershift`,
      everyMs: RESYNC_MS,
      side,
      reconcile: () => reconcileHyperShift(world, side),
    },
    {
      name: `${side.name} cluster-api`,
      everyMs: RESYNC_MS,
      side,
      reconcile: () => reconcileClusterApi(world, side),
    },
    {
      name: `${side.name} external-dns`,
      everyMs: EXTERNAL_DNS_MS,
      reconcile: () => syncRecords(world, side),
    },
    ...(world.settings.endpointAccess === 'Private'
      ? [
          {
            name: `${side.name} private link`,
            everyMs: EXTERNAL_DNS_MS,
            reconcile: () => reconcilePrivateLink(world, side),
          },
        ]
      : []),
  ];
}

function gateOf(world: World, side: Side, etcdInit: EtcdInit, pod: KubeObject): Gate {
  switch (pod.metadata.labels?.['app']) {
    case 'etcd':
      return etcdInit.gate(pod);
    case 'kube-apiserver':
      return apiServerGate(world, side, pod);
    default:
      return 'go';
  }
}
