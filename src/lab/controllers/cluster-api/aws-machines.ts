// The AWS provider: an AWSMachine without an instance gets one, and one that is deleted with its finalizer still served
// takes its instance along. It does not ask whose instance it is by then.

import { kinds } from '../../cluster/kinds.ts';
import { at, textAt, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { instanceIdOf, providerIdOf } from '../../world/instances.ts';
import type { World } from '../../world/world.ts';
import { AWS_CLUSTER_FINALIZER, AWS_MACHINE_FINALIZER } from '../hypershift/cluster-objects.ts';
import { namespaceOf } from '../hypershift/operator.ts';
import { isTerminating } from '../workloads/pods.ts';
import { isPaused } from './machines.ts';

export async function reconcileAwsProvider(
  world: World,
  side: Side,
  cluster: KubeObject,
): Promise<void> {
  if (at(cluster, 'spec', 'paused') === true) return;
  const namespace = namespaceOf(cluster);
  for (const awsCluster of side.all(kinds.awsCluster, namespace)) {
    if (isTerminating(awsCluster)) {
      await side.dropFinalizer(kinds.awsCluster, awsCluster, AWS_CLUSTER_FINALIZER);
    } else {
      await side.addFinalizer(kinds.awsCluster, awsCluster, AWS_CLUSTER_FINALIZER);
      await side.patchStatus(kinds.awsCluster, awsCluster, { ready: true });
    }
  }
  for (const awsMachine of side.all(kinds.awsMachine, namespace)) {
    if (!isPaused(awsMachine)) await reconcileAwsMachine(world, side, awsMachine, cluster);
  }
}

async function reconcileAwsMachine(
  world: World,
  side: Side,
  awsMachine: KubeObject,
  cluster: KubeObject,
): Promise<void> {
  const id =
    textAt(awsMachine, 'spec', 'instanceID') ??
    instanceIdOf(textAt(awsMachine, 'spec', 'providerID'));
  if (isTerminating(awsMachine)) {
    if (!(awsMachine.metadata.finalizers ?? []).includes(AWS_MACHINE_FINALIZER)) return;
    if (id !== undefined) {
      world.instances.terminate(
        id,
        `the AWS provider of the ${side.name} served the deletion of AWSMachine ${awsMachine.metadata.name}`,
      );
    }
    await side.dropFinalizer(kinds.awsMachine, awsMachine, AWS_MACHINE_FINALIZER);
    return;
  }
  await side.addFinalizer(kinds.awsMachine, awsMachine, AWS_MACHINE_FINALIZER);
  if (id === undefined) {
    const instance = world.instances.create(cluster.metadata.name);
    await side.patch(kinds.awsMachine, awsMachine, {
      spec: { providerID: providerIdOf(instance), instanceID: instance.id },
    });
    return;
  }
  const state = world.instances.get(id)?.state ?? 'terminated';
  await side.patchStatus(kinds.awsMachine, awsMachine, {
    ready: state === 'running',
    instanceState: state,
  });
}
