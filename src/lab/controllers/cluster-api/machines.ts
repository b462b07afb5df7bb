// Cluster API's core controllers: MachineDeployment → MachineSet → Machine → AWSMachine. They hold still while the
// cluster or the object is paused. A Machine without its AWSMachine gets a new one: and with it a new instance.

import { kinds } from '../../cluster/kinds.ts';
import {
  at,
  controlledBy,
  isControlledBy,
  matchesLabels,
  numberAt,
  textAt,
  type Kind,
  type KubeObject,
} from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import {
  canonical,
  CLUSTER_FINALIZER,
  CLUSTER_LABEL,
  MACHINE_DEPLOYMENT_FINALIZER,
  MACHINE_FINALIZER,
  MACHINE_SET_FINALIZER,
  shortHash,
} from '../hypershift/cluster-objects.ts';
import { namespaceOf, PAUSED_ANNOTATION } from '../hypershift/operator.ts';
import { orAbsent } from '../workloads/deployments.ts';
import { instanceIdOf } from '../../world/instances.ts';
import type { World } from '../../world/world.ts';
import { isTerminating, randomSuffix } from '../workloads/pods.ts';

export const DEPLOYMENT_LABEL = 'cluster.x-k8s.io/deployment-name';

export function isPaused(object: KubeObject): boolean {
  return object.metadata.annotations?.[PAUSED_ANNOTATION] !== undefined;
}

export async function reconcileCluster(
  world: World,
  side: Side,
  cluster: KubeObject,
): Promise<void> {
  if (at(cluster, 'spec', 'paused') === true) return;
  const namespace = namespaceOf(cluster);
  if (isTerminating(cluster)) {
    await deleteCluster(side, cluster);
  } else {
    await side.addFinalizer(kinds.cluster, cluster, CLUSTER_FINALIZER);
    await side.patchStatus(kinds.cluster, cluster, {
      phase: 'Provisioned',
      infrastructureReady: true,
    });
  }
  for (const object of side.all(kinds.machineDeployment, namespace)) {
    if (!isPaused(object)) await reconcileMachineDeployment(side, object, cluster);
  }
  for (const object of side.all(kinds.machineSet, namespace)) {
    if (!isPaused(object)) await reconcileMachineSet(side, object);
  }
  for (const object of side.all(kinds.machine, namespace)) {
    if (!isPaused(object)) await reconcileMachine(world, side, object);
  }
}

async function deleteCluster(side: Side, cluster: KubeObject): Promise<void> {
  const namespace = namespaceOf(cluster);
  const children = [
    kinds.machineDeployment,
    kinds.machineSet,
    kinds.machine,
    kinds.awsCluster,
  ] as const;
  for (const kind of children) {
    const objects = side.all(kind, namespace);
    for (const object of objects) if (!isTerminating(object)) await side.remove(kind, object);
    if (objects.length > 0) return;
  }
  await side.dropFinalizer(kinds.cluster, cluster, CLUSTER_FINALIZER);
}

async function reconcileMachineDeployment(
  side: Side,
  deployment: KubeObject,
  cluster: KubeObject,
): Promise<void> {
  const namespace = namespaceOf(deployment);
  const { name } = deployment.metadata;
  const sets = side
    .all(kinds.machineSet, namespace)
    .filter((set) => set.metadata.labels?.[DEPLOYMENT_LABEL] === name);
  if (isTerminating(deployment)) {
    for (const set of sets) if (!isTerminating(set)) await side.remove(kinds.machineSet, set);
    if (sets.length === 0) {
      await side.dropFinalizer(kinds.machineDeployment, deployment, MACHINE_DEPLOYMENT_FINALIZER);
    }
    return;
  }
  await side.addFinalizer(kinds.machineDeployment, deployment, MACHINE_DEPLOYMENT_FINALIZER);
  if (isTerminating(cluster)) return;
  const wanted = machineSetFor(deployment);
  const current = await side.ensure(kinds.machineSet, wanted);
  await adopt(side, current, deployment, kinds.machineSet);
  await setReplicas(side, current, numberAt(deployment, 'spec', 'replicas') ?? 0);
  for (const set of sets) {
    if (set.metadata.name !== current.metadata.name) await setReplicas(side, set, 0);
  }
  const ready = numberAt(current, 'status', 'readyReplicas') ?? 0;
  await side.patchStatus(kinds.machineDeployment, deployment, {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: numberAt(current, 'status', 'replicas') ?? 0,
    readyReplicas: orAbsent(ready),
    updatedReplicas: numberAt(current, 'status', 'replicas') ?? 0,
    availableReplicas: orAbsent(ready),
    unavailableReplicas: Math.max(0, (numberAt(current, 'spec', 'replicas') ?? 0) - ready),
    phase: 'Running',
  });
}

/** Named by its template: the same template always means the same set. */
export function machineSetFor(deployment: KubeObject): KubeObject {
  const template = at(deployment, 'spec', 'template');
  const hash = shortHash(canonical(template)).slice(0, 5);
  const labels = (at(template, 'metadata', 'labels') ?? {}) as Record<string, string>;
  const setLabels = { ...labels, 'machine-template-hash': hash };
  return {
    apiVersion: kinds.machineSet.apiVersion,
    kind: 'MachineSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: namespaceOf(deployment),
      labels: { ...setLabels, [DEPLOYMENT_LABEL]: deployment.metadata.name },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      clusterName: textAt(deployment, 'spec', 'clusterName'),
      replicas: numberAt(deployment, 'spec', 'replicas') ?? 0,
      selector: { matchLabels: setLabels },
      template: {
        metadata: { labels: { ...setLabels, [DEPLOYMENT_LABEL]: deployment.metadata.name } },
        spec: at(template, 'spec'),
      },
    },
  };
}

async function setReplicas(side: Side, set: KubeObject, replicas: number): Promise<void> {
  if (numberAt(set, 'spec', 'replicas') !== replicas && !isTerminating(set)) {
    await side.patch(kinds.machineSet, set, { spec: { replicas } });
  }
}

async function adopt(side: Side, object: KubeObject, owner: KubeObject, kind: Kind): Promise<void> {
  if (isControlledBy(object, owner) || isTerminating(object)) return;
  await side.patch(kind, object, { metadata: { ownerReferences: [controlledBy(owner)] } });
}

async function reconcileMachineSet(side: Side, set: KubeObject): Promise<void> {
  const machines = side
    .all(kinds.machine, namespaceOf(set))
    .filter((machine) =>
      matchesLabels(machine.metadata.labels, at(set, 'spec', 'selector', 'matchLabels')),
    );
  if (isTerminating(set)) {
    for (const machine of machines) {
      if (!isTerminating(machine)) await side.remove(kinds.machine, machine);
    }
    if (machines.length === 0) {
      await side.dropFinalizer(kinds.machineSet, set, MACHINE_SET_FINALIZER);
    }
    return;
  }
  await side.addFinalizer(kinds.machineSet, set, MACHINE_SET_FINALIZER);
  const live = machines.filter((machine) => !isTerminating(machine));
  for (const machine of live) await adopt(side, machine, set, kinds.machine);
  const wanted = numberAt(set, 'spec', 'replicas') ?? 0;
  for (let count = live.length; count < wanted; count += 1) {
    await side.ensure(kinds.machine, machineFor(set));
  }
  for (const machine of live.slice(wanted)) await side.remove(kinds.machine, machine);
  const ready = live.filter((machine) => textAt(machine, 'status', 'phase') === 'Running').length;
  await side.patchStatus(kinds.machineSet, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: live.length,
    fullyLabeledReplicas: live.length,
    readyReplicas: orAbsent(ready),
    availableReplicas: orAbsent(ready),
  });
}

function machineFor(set: KubeObject): KubeObject {
  const name = `${set.metadata.name}-${randomSuffix()}`;
  const template = at(set, 'spec', 'template');
  return {
    apiVersion: kinds.machine.apiVersion,
    kind: 'Machine',
    metadata: {
      name,
      namespace: namespaceOf(set),
      labels: (at(template, 'metadata', 'labels') ?? {}) as Record<string, string>,
      finalizers: [MACHINE_FINALIZER],
      ownerReferences: [controlledBy(set)],
    },
    spec: {
      ...(at(template, 'spec') as Record<string, unknown>),
      infrastructureRef: {
        apiVersion: kinds.awsMachine.apiVersion,
        kind: 'AWSMachine',
        name,
        namespace: namespaceOf(set),
      },
    },
  };
}

async function reconcileMachine(world: World, side: Side, machine: KubeObject): Promise<void> {
  const namespace = namespaceOf(machine);
  const name = textAt(machine, 'spec', 'infrastructureRef', 'name') ?? machine.metadata.name;
  const awsMachine = side.get(kinds.awsMachine, namespace, name);
  if (isTerminating(machine)) {
    if (awsMachine === undefined) {
      await side.dropFinalizer(kinds.machine, machine, MACHINE_FINALIZER);
    } else if (!isTerminating(awsMachine)) {
      await side.remove(kinds.awsMachine, awsMachine);
    }
    return;
  }
  await side.addFinalizer(kinds.machine, machine, MACHINE_FINALIZER);
  const infrastructure = await side.ensure(kinds.awsMachine, {
    apiVersion: kinds.awsMachine.apiVersion,
    kind: 'AWSMachine',
    metadata: {
      name,
      namespace,
      labels: { [CLUSTER_LABEL]: textAt(machine, 'spec', 'clusterName') ?? '' },
      ownerReferences: [controlledBy(machine)],
    },
    spec: { instanceType: 'm5.large' },
  });
  await adopt(side, infrastructure, machine, kinds.awsMachine);
  const providerID = textAt(infrastructure, 'spec', 'providerID');
  if (providerID !== undefined && textAt(machine, 'spec', 'providerID') !== providerID) {
    await side.patch(kinds.machine, machine, { spec: { providerID } });
  }
  const instance = world.instances.get(instanceIdOf(providerID) ?? '');
  await side.patchStatus(kinds.machine, machine, {
    ...(instance === undefined
      ? {}
      : { nodeRef: { apiVersion: 'v1', kind: 'Node', name: instance.nodeName } }),
    bootstrapReady: true,
    phase: at(infrastructure, 'status', 'ready') === true ? 'Running' : 'Provisioning',
    infrastructureReady: at(infrastructure, 'status', 'ready') === true,
  });
}
