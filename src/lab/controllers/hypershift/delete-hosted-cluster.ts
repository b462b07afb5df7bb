// How the operator serves the deletion of a HostedCluster: it un-pauses Cluster API first, pause or not, so that the
// machines can be deleted; and the machines' finalizers end the EC2 instances, whoever they serve by now.

import { kinds } from '../../cluster/kinds.ts';
import { at, textAt, type Kind, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { World } from '../../world/world.ts';
import { isTerminating } from '../workloads/pods.ts';
import { removeOidcDocuments } from './oidc.ts';
import {
  COMPONENT_FINALIZER,
  controlPlaneNamespaceOf,
  FINALIZER,
  namespaceOf,
  OIDC_FINALIZER,
} from './operator.ts';

/** One step at a time: each waits until the one before it has ended. */
export async function deleteHostedCluster(
  world: World,
  side: Side,
  hostedCluster: KubeObject,
): Promise<void> {
  const namespace = controlPlaneNamespaceOf(hostedCluster);
  const clusters = side.all(kinds.cluster, namespace);
  for (const cluster of clusters) {
    if (at(cluster, 'spec', 'paused') === true) {
      await side.patch(kinds.cluster, cluster, { spec: { paused: null } });
    }
  }
  if (await removeAll(side, nodePoolsOf(side, hostedCluster), kinds.nodePool)) return;
  if (await removeAll(side, clusters, kinds.cluster)) return;
  if (await removeControlPlane(side, hostedCluster, namespace)) return;
  if (await removeNamespace(side, namespace)) return;
  if ((hostedCluster.metadata.finalizers ?? []).includes(OIDC_FINALIZER)) {
    await removeOidcDocuments(world, hostedCluster);
    await side.dropFinalizer(kinds.hostedCluster, hostedCluster, OIDC_FINALIZER);
    return;
  }
  await side.dropFinalizer(kinds.hostedCluster, hostedCluster, FINALIZER);
}

/** True while any of them is still there. */
async function removeAll(side: Side, objects: readonly KubeObject[], kind: Kind): Promise<boolean> {
  for (const object of objects) if (!isTerminating(object)) await side.remove(kind, object);
  return objects.length > 0;
}

async function removeControlPlane(
  side: Side,
  hostedCluster: KubeObject,
  namespace: string,
): Promise<boolean> {
  const controlPlane = side.get(kinds.hostedControlPlane, namespace, hostedCluster.metadata.name);
  if (controlPlane === undefined) return false;
  if (!isTerminating(controlPlane)) await side.remove(kinds.hostedControlPlane, controlPlane);
  await side.dropFinalizer(kinds.hostedControlPlane, controlPlane, FINALIZER);
  return true;
}

async function removeNamespace(side: Side, name: string): Promise<boolean> {
  const namespace = side.get(kinds.namespace, undefined, name);
  if (namespace === undefined) return false;
  for (const deployment of side.all(kinds.deployment, name)) {
    await side.dropFinalizer(kinds.deployment, deployment, COMPONENT_FINALIZER);
  }
  if (!isTerminating(namespace)) await side.remove(kinds.namespace, namespace);
  return true;
}

export function nodePoolsOf(side: Side, hostedCluster: KubeObject): readonly KubeObject[] {
  return side
    .all(kinds.nodePool, namespaceOf(hostedCluster))
    .filter((pool) => textAt(pool, 'spec', 'clusterName') === hostedCluster.metadata.name);
}
