// Starts every controller of the lab. Each is a loop over what it can see; none calls another.

import type { Side, SideName } from '../cluster/side.ts';
import { reconcileClusterApi } from '../controllers/cluster-api/index.ts';
import { createExternalDns } from '../controllers/dns/external-dns.ts';
import { createLoadBalancers } from '../controllers/dns/load-balancers.ts';
import { reconcilePrivateLink } from '../controllers/dns/private-link.ts';
import { reconcileHyperShift } from '../controllers/hypershift/index.ts';
import { runController } from '../controllers/run-controller.ts';
import { reconcileDeployments } from '../controllers/workloads/deployments.ts';
import { createKubelet } from '../controllers/workloads/kubelet.ts';
import { reconcileStatefulSets } from '../controllers/workloads/stateful-sets.ts';
import type { World } from '../world/world.ts';

const RESYNC_MS = 500;
const PODS_RESYNC_MS = 120;
/** How often it is looked whether it is time for external-dns to look. */
const EXTERNAL_DNS_MS = 100;
const PRIVATE_LINK_MS = 1_000;

export interface Loop {
  readonly name: string;
  readonly everyMs: number;
  reconcile(): Promise<void>;
  /** Also whenever this side changes. */
  readonly side?: Side;
}

/** `signal`: ends this loop before the lab ends. */
export function startLoop(world: World, loop: Loop, signal?: AbortSignal): Promise<void> {
  const { side } = loop;
  return runController({
    name: loop.name,
    resyncMs: world.delay(loop.everyMs),
    reconcile: () => loop.reconcile(),
    signal: signal === undefined ? world.signal : AbortSignal.any([world.signal, signal]),
    log: (message) => world.log(message),
    ...(side === undefined
      ? {}
      : { subscribe: (listener: () => void) => side.onChange(() => listener()) }),
  });
}

/** Of one side. The promises resolve when the loops have ended. */
export function startControllers(
  world: World,
  name: SideName,
  signal: AbortSignal,
): readonly Promise<void>[] {
  return loopsOf(world, world.sides[name]).map((loop) => startLoop(world, loop, signal));
}

function loopsOf(world: World, side: Side): readonly Loop[] {
  const plane = world.planes[side.name];
  const kubelet = createKubelet(world, side, plane);
  const loadBalancers = createLoadBalancers(world, side);
  const externalDns = createExternalDns(world, side);
  return [
    {
      name: `${side.name} workloads`,
      everyMs: PODS_RESYNC_MS,
      side,
      reconcile: async () => {
        await reconcileDeployments(side);
        await reconcileStatefulSets(side);
        await kubelet.reconcile();
        await loadBalancers.reconcile();
        await plane.reconcile();
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
      reconcile: () => externalDns.reconcile(),
    },
    ...(world.settings.endpointAccess === 'Private'
      ? [
          {
            name: `${side.name} private link`,
            everyMs: PRIVATE_LINK_MS,
            reconcile: () => reconcilePrivateLink(world, side),
          },
        ]
      : []),
  ];
}
