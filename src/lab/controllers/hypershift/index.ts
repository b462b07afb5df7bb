// One round of the HyperShift operator and of the control plane operators of one management cluster.

import { kinds } from '../../cluster/kinds.ts';
import { keyOf, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { World } from '../../world/world.ts';
import { reconcileControlPlane } from './control-planes.ts';
import { reconcileHostedCluster } from './hosted-clusters.ts';
import { reconcileNodePool } from './node-pools.ts';
import { operatorRuns } from './operator.ts';

export async function reconcileHyperShift(world: World, side: Side): Promise<void> {
  if (operatorRuns(side)) {
    for (const hostedCluster of side.all(kinds.hostedCluster)) {
      await guarded(world, side, hostedCluster, () =>
        reconcileHostedCluster(world, side, hostedCluster),
      );
    }
    for (const nodePool of side.all(kinds.nodePool)) {
      await guarded(world, side, nodePool, () => reconcileNodePool(side, nodePool));
    }
  }
  for (const controlPlane of side.all(kinds.hostedControlPlane)) {
    await guarded(world, side, controlPlane, () =>
      reconcileControlPlane(world, side, controlPlane),
    );
  }
}

/** What is wrong with one object must not keep the operator from the others. */
async function guarded(
  world: World,
  side: Side,
  object: KubeObject,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    world.log(`${side.name} ${object.kind} ${keyOf(object.metadata)}: ${message}`);
  }
}
