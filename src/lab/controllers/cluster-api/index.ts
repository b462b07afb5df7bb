// One round of Cluster API and its AWS provider in every control plane's namespace where they run.

import { kinds } from '../../cluster/kinds.ts';
import type { Side } from '../../cluster/side.ts';
import type { World } from '../../world/world.ts';
import { hasReadyPod, namespaceOf } from '../hypershift/operator.ts';
import { reconcileAwsProvider } from './aws-machines.ts';
import { reconcileCluster } from './machines.ts';

export async function reconcileClusterApi(world: World, side: Side): Promise<void> {
  for (const cluster of side.all(kinds.cluster)) {
    const namespace = namespaceOf(cluster);
    if (hasReadyPod(side, namespace, 'cluster-api')) await reconcileCluster(world, side, cluster);
    if (hasReadyPod(side, namespace, 'capi-provider')) {
      await reconcileAwsProvider(world, side, cluster);
    }
  }
}
