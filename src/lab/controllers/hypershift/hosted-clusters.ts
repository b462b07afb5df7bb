// The HyperShift operator's HostedCluster controller. The order of its checks is the point: finalizers are put back
// before the pause is looked at, and a deletion is served before that too.

import { kinds } from '../../cluster/kinds.ts';
import {
  at,
  isConditionTrue,
  textAt,
  type Condition,
  type KubeObject,
} from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { contains } from '../../cluster/contains.ts';
import { RELEASE } from '../../world/settings.ts';
import type { World } from '../../world/world.ts';
import { isTerminating } from '../workloads/pods.ts';
import { clusterFor, awsClusterFor } from './cluster-objects.ts';
import { deleteHostedCluster } from './delete-hosted-cluster.ts';
import { missingReferences, copyReferences } from './references.ts';
import { hasOidcDocuments, uploadOidcDocuments } from './oidc.ts';
import {
  COMPONENT_FINALIZER,
  controlPlaneNamespaceOf,
  enforceDeployment,
  FINALIZER,
  isHighlyAvailable,
  namespaceOf,
  OIDC_FINALIZER,
  setConditions,
} from './operator.ts';
import { pauseOf, type Pause } from './pause.ts';

export const CAPI_DEPLOYMENTS = ['cluster-api', 'capi-provider'] as const;

export async function reconcileHostedCluster(
  world: World,
  side: Side,
  hostedCluster: KubeObject,
): Promise<void> {
  if (isTerminating(hostedCluster)) {
    await deleteHostedCluster(world, side, hostedCluster);
    return;
  }
  await side.addFinalizer(kinds.hostedCluster, hostedCluster, FINALIZER);
  await restoreComponentFinalizers(side, controlPlaneNamespaceOf(hostedCluster));

  const pause = pauseOf(textAt(hostedCluster, 'spec', 'pausedUntil'), Date.now());
  if (pause.paused) {
    await propagatePause(side, hostedCluster);
    await setConditions(side, kinds.hostedCluster, current(side, hostedCluster), [activity(pause)]);
    return;
  }
  const missing = missingReferences(side, hostedCluster);
  const configuration: Condition =
    missing.length === 0
      ? { type: 'ValidConfiguration', status: 'True' }
      : {
          type: 'ValidConfiguration',
          status: 'False',
          reason: 'InvalidConfiguration',
          message: `not found: ${missing.join(', ')}`,
        };
  if (missing.length === 0) await build(world, side, hostedCluster);
  await report(world, side, current(side, hostedCluster), [activity(pause), configuration]);
}

function current(side: Side, hostedCluster: KubeObject): KubeObject {
  const { namespace, name } = hostedCluster.metadata;
  return side.get(kinds.hostedCluster, namespace, name) ?? hostedCluster;
}

function activity(pause: Pause): Condition {
  return {
    type: 'ReconciliationActive',
    status: pause.paused ? 'False' : 'True',
    reason: pause.reason,
  };
}

async function restoreComponentFinalizers(side: Side, namespace: string): Promise<void> {
  for (const name of CAPI_DEPLOYMENTS) {
    const deployment = side.get(kinds.deployment, namespace, name);
    if (deployment !== undefined) {
      await side.addFinalizer(kinds.deployment, deployment, COMPONENT_FINALIZER);
    }
  }
}

async function propagatePause(side: Side, hostedCluster: KubeObject): Promise<void> {
  const pausedUntil = textAt(hostedCluster, 'spec', 'pausedUntil') ?? null;
  const namespace = controlPlaneNamespaceOf(hostedCluster);
  const controlPlane = side.get(kinds.hostedControlPlane, namespace, hostedCluster.metadata.name);
  if (controlPlane !== undefined && at(controlPlane, 'spec', 'pausedUntil') !== pausedUntil) {
    await side.patch(kinds.hostedControlPlane, controlPlane, { spec: { pausedUntil } });
  }
  for (const cluster of side.all(kinds.cluster, namespace)) {
    if (at(cluster, 'spec', 'paused') !== true) {
      await side.patch(kinds.cluster, cluster, { spec: { paused: true } });
    }
  }
}

async function build(world: World, side: Side, hostedCluster: KubeObject): Promise<void> {
  const namespace = controlPlaneNamespaceOf(hostedCluster);
  const known = await side.ensure(kinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { 'hypershift.openshift.io/hosted-control-plane': 'true' },
    },
  });
  if (isTerminating(known)) return;
  await copyReferences(side, hostedCluster, namespace);
  const controlPlane = await ensureControlPlane(side, hostedCluster, namespace);
  if (!isTerminating(controlPlane)) {
    await side.addFinalizer(kinds.hostedControlPlane, controlPlane, FINALIZER);
  }
  const cluster = await side.ensure(kinds.cluster, clusterFor(hostedCluster, namespace));
  await side.ensure(kinds.awsCluster, awsClusterFor(hostedCluster, namespace, cluster));
  if (at(cluster, 'spec', 'paused') === true) {
    await side.patch(kinds.cluster, cluster, { spec: { paused: null } });
  }
  const replicas = isHighlyAvailable(hostedCluster) ? 2 : 1;
  for (const name of CAPI_DEPLOYMENTS) {
    const finalizers = [COMPONENT_FINALIZER];
    await enforceDeployment(side, { name, namespace, replicas, finalizers });
  }
  await enforceDeployment(side, { name: 'control-plane-operator', namespace, replicas: 1 });
  await publishOidcDocuments(world, side, hostedCluster, namespace);
}

/** The same but for the pause, which is set apart, and the release, of which a control plane has the image only. */
function controlPlaneSpec(hostedCluster: KubeObject): Record<string, unknown> {
  const { pausedUntil: _apart, release, ...spec } = hostedCluster.spec ?? {};
  return { ...spec, releaseImage: textAt(release, 'image') };
}

async function ensureControlPlane(
  side: Side,
  hostedCluster: KubeObject,
  namespace: string,
): Promise<KubeObject> {
  const spec = controlPlaneSpec(hostedCluster);
  const controlPlane = await side.ensure(kinds.hostedControlPlane, {
    apiVersion: 'hypershift.openshift.io/v1beta1',
    kind: 'HostedControlPlane',
    metadata: {
      name: hostedCluster.metadata.name,
      namespace,
      annotations: {
        'hypershift.openshift.io/cluster': `${namespaceOf(hostedCluster)}/${hostedCluster.metadata.name}`,
      },
      finalizers: [FINALIZER],
    },
    spec,
  });
  const wanted = { ...spec, pausedUntil: null };
  if (!contains(controlPlane.spec, wanted)) {
    await side.patch(kinds.hostedControlPlane, controlPlane, { spec: wanted });
  }
  return controlPlane;
}

/** With its finalizer present the documents count as published, whether they are there or not. */
async function publishOidcDocuments(
  world: World,
  side: Side,
  hostedCluster: KubeObject,
  namespace: string,
): Promise<void> {
  if ((hostedCluster.metadata.finalizers ?? []).includes(OIDC_FINALIZER)) return;
  const signingKey = side.get(kinds.secret, namespace, 'sa-signing-key');
  if (signingKey === undefined) return;
  await uploadOidcDocuments(world, hostedCluster, signingKey);
  await side.addFinalizer(kinds.hostedCluster, current(side, hostedCluster), OIDC_FINALIZER);
}

async function report(
  world: World,
  side: Side,
  hostedCluster: KubeObject,
  conditions: readonly Condition[],
): Promise<void> {
  const namespace = controlPlaneNamespaceOf(hostedCluster);
  const controlPlane = side.get(kinds.hostedControlPlane, namespace, hostedCluster.metadata.name);
  const available = isConditionTrue(controlPlane, 'Available');
  const documents = await hasOidcDocuments(world, hostedCluster);
  if (available) {
    await side.patchStatus(kinds.hostedCluster, hostedCluster, {
      version: rolledOut(hostedCluster),
    });
  }
  await setConditions(side, kinds.hostedCluster, current(side, hostedCluster), [
    ...conditions,
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'AsExpected' : 'HostedControlPlaneNotAvailable',
      message: available ? 'The hosted control plane is available' : '',
    },
    { type: 'Progressing', status: available ? 'False' : 'True' },
    { type: 'Degraded', status: 'False' },
    {
      type: 'ValidOIDCConfiguration',
      status: documents ? 'True' : 'False',
      reason: documents ? 'AsExpected' : 'OIDCConfigurationInvalid',
    },
  ]);
}

/** The version that runs, and since when: the history begins when this cluster is first available here. */
function rolledOut(hostedCluster: KubeObject): Record<string, unknown> {
  const known = at(hostedCluster, 'status', 'version', 'history');
  const startedTime = hostedCluster.metadata.creationTimestamp ?? new Date(0).toISOString();
  return {
    desired: { image: RELEASE.image, version: RELEASE.version },
    history: known ?? [
      {
        state: 'Completed',
        image: RELEASE.image,
        version: RELEASE.version,
        startedTime,
        completionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
        verified: false,
      },
    ],
    availableUpdates: [],
    observedGeneration: hostedCluster.metadata.generation ?? 1,
  };
}
