// The HyperShift operator's NodePool controller: machines by way of a MachineDeployment. Its finalizer is put back before
// the pause is looked at, and a deletion is not held up by the pause at all.

import { kinds } from '../../cluster/kinds.ts';
import { controlledBy, listAt, numberAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import { contains } from '../../cluster/contains.ts';
import type { Side } from '../../cluster/side.ts';
import { RELEASE } from '../../world/settings.ts';
import { isTerminating } from '../workloads/pods.ts';
import { machineDeploymentFor, templateFor } from './cluster-objects.ts';
import {
  controlPlaneNamespaceOf,
  FINALIZER,
  namespaceOf,
  PAUSED_ANNOTATION,
  setConditions,
} from './operator.ts';
import { pauseOf } from './pause.ts';
import { randomSecret } from './secrets.ts';

export async function reconcileNodePool(side: Side, nodePool: KubeObject): Promise<void> {
  const hostedCluster = side.get(
    kinds.hostedCluster,
    namespaceOf(nodePool),
    textAt(nodePool, 'spec', 'clusterName') ?? '',
  );
  if (isTerminating(nodePool)) {
    await deleteNodePool(side, nodePool, hostedCluster);
    return;
  }
  await side.addFinalizer(kinds.nodePool, nodePool, FINALIZER);
  if (hostedCluster === undefined) return;
  await ensureOwner(side, nodePool, hostedCluster);
  const namespace = controlPlaneNamespaceOf(hostedCluster);
  const pause = pauseOf(textAt(nodePool, 'spec', 'pausedUntil'), Date.now());
  await setPausedAnnotation(side, nodePool, namespace, pause.paused);
  await setConditions(side, kinds.nodePool, currentPool(side, nodePool), [
    {
      type: 'ReconciliationActive',
      status: pause.paused ? 'False' : 'True',
      reason: pause.reason,
    },
  ]);
  const cluster = side.all(kinds.cluster, namespace)[0];
  // Its hosted cluster is paused, being deleted or not there yet: no machines are made.
  if (pause.paused || cluster === undefined || isTerminating(cluster)) return;
  if (pauseOf(textAt(hostedCluster, 'spec', 'pausedUntil'), Date.now()).paused) return;
  const missing = configNames(nodePool).filter(
    (name) => side.get(kinds.configMap, namespaceOf(nodePool), name) === undefined,
  );
  await setConditions(side, kinds.nodePool, currentPool(side, nodePool), [
    missing.length === 0
      ? { type: 'ValidMachineConfig', status: 'True' }
      : {
          type: 'ValidMachineConfig',
          status: 'False',
          reason: 'ValidationFailed',
          message: `ConfigMap not found: ${missing.join(', ')}`,
        },
  ]);
  if (missing.length > 0) return;
  await build(side, nodePool, cluster, namespace);
  await report(side, nodePool, namespace);
}

function currentPool(side: Side, nodePool: KubeObject): KubeObject {
  return side.get(kinds.nodePool, namespaceOf(nodePool), nodePool.metadata.name) ?? nodePool;
}

/** ConfigMaps that a node pool takes its machine configuration from. */
function configNames(nodePool: KubeObject): readonly string[] {
  return listAt(nodePool, 'spec', 'config')
    .map((entry) => textAt(entry, 'name'))
    .filter((name) => name !== undefined);
}

async function ensureOwner(side: Side, nodePool: KubeObject, owner: KubeObject): Promise<void> {
  const known = nodePool.metadata.ownerReferences ?? [];
  if (known.some((reference) => reference.uid === owner.metadata.uid)) return;
  const { controller: _none, ...reference } = controlledBy(owner);
  await side.patch(kinds.nodePool, nodePool, { metadata: { ownerReferences: [reference] } });
}

async function setPausedAnnotation(
  side: Side,
  nodePool: KubeObject,
  namespace: string,
  paused: boolean,
): Promise<void> {
  const patch = { metadata: { annotations: { [PAUSED_ANNOTATION]: paused ? 'true' : null } } };
  for (const kind of [kinds.machineDeployment, kinds.machineSet] as const) {
    for (const object of side.all(kind, namespace)) {
      const mine =
        object.metadata.name === nodePool.metadata.name ||
        object.metadata.labels?.['cluster.x-k8s.io/deployment-name'] === nodePool.metadata.name;
      if (mine && !contains(object, patch)) await side.patch(kind, object, patch);
    }
  }
}

async function build(
  side: Side,
  nodePool: KubeObject,
  cluster: KubeObject,
  namespace: string,
): Promise<void> {
  const name = nodePool.metadata.name;
  await side.ensure(kinds.secret, randomSecret(`user-data-${name}`, namespace, ['value']));
  await side.ensure(kinds.secret, randomSecret(`token-${name}`, namespace, ['token', 'config']));
  const template = await side.ensure(kinds.awsMachineTemplate, templateFor(nodePool, namespace));
  const wanted = machineDeploymentFor(nodePool, template, cluster);
  const found = await side.ensure(kinds.machineDeployment, wanted);
  if (!contains(found.spec, wanted.spec)) {
    await side.patch(kinds.machineDeployment, found, { spec: wanted.spec });
  }
}

async function report(side: Side, nodePool: KubeObject, namespace: string): Promise<void> {
  const found = side.get(kinds.machineDeployment, namespace, nodePool.metadata.name);
  const ready = numberAt(found, 'status', 'readyReplicas') ?? 0;
  const wanted = numberAt(nodePool, 'spec', 'replicas') ?? 0;
  await side.patchStatus(kinds.nodePool, currentPool(side, nodePool), {
    replicas: ready,
    version: RELEASE.version,
  });
  const status = ready === wanted ? 'True' : 'False';
  await setConditions(side, kinds.nodePool, currentPool(side, nodePool), [
    { type: 'Ready', status },
    { type: 'AllMachinesReady', status },
    { type: 'AutoscalingEnabled', status: 'False' },
    { type: 'AutorepairEnabled', status: 'False' },
    { type: 'UpdatingVersion', status: 'False' },
    { type: 'UpdatingConfig', status: 'False' },
  ]);
}

async function deleteNodePool(
  side: Side,
  nodePool: KubeObject,
  hostedCluster: KubeObject | undefined,
): Promise<void> {
  if (!(nodePool.metadata.finalizers ?? []).includes(FINALIZER)) return;
  const namespace =
    hostedCluster === undefined
      ? `${namespaceOf(nodePool)}-${textAt(nodePool, 'spec', 'clusterName') ?? ''}`
      : controlPlaneNamespaceOf(hostedCluster);
  await setPausedAnnotation(side, nodePool, namespace, false);
  const deployment = side.get(kinds.machineDeployment, namespace, nodePool.metadata.name);
  if (deployment !== undefined) {
    if (!isTerminating(deployment)) await side.remove(kinds.machineDeployment, deployment);
    return;
  }
  for (const template of side.all(kinds.awsMachineTemplate, namespace)) {
    const owner = template.metadata.annotations?.['hypershift.openshift.io/nodePool'];
    if (
      owner === `${namespaceOf(nodePool)}/${nodePool.metadata.name}` &&
      !isTerminating(template)
    ) {
      await side.remove(kinds.awsMachineTemplate, template);
    }
  }
  await side.dropFinalizer(kinds.nodePool, nodePool, FINALIZER);
}
