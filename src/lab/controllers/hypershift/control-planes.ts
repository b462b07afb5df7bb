// The control plane operator: everything inside a control plane's namespace, and its conditions. Scaled down or paused,
// it changes nothing, so what a recovery scales to zero stays there.

import { kinds } from '../../cluster/kinds.ts';
import { at, listAt, numberAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { World } from '../../world/world.ts';
import { HCP_NAMESPACE } from '../../world/settings.ts';
import { isTerminating, replicasOf } from '../workloads/pods.ts';
import { etcdFor } from './component.ts';
import {
  enforceDeployment,
  hasReadyPod,
  isHighlyAvailable,
  namespaceOf,
  setConditions,
} from './operator.ts';
import { pauseOf } from './pause.ts';
import { publishedNames, routesFor, servicesFor } from './publishing.ts';
import { base64, controlPlaneSecrets } from './secrets.ts';

/** Those that write to etcd, or make others do so. */
export const WRITERS = [
  'kube-apiserver',
  'openshift-apiserver',
  'openshift-oauth-apiserver',
  'control-plane-operator',
] as const;

const REPLICATED = ['kube-apiserver', 'openshift-apiserver', 'openshift-oauth-apiserver'];
const SINGLE = [
  'kube-controller-manager',
  'kube-scheduler',
  'oauth-openshift',
  'cluster-version-operator',
  'ignition-server',
  'konnectivity-agent',
  'aws-ebs-csi-driver-operator',
];
/** Neighbours are there to be left alone: the parts that something looks at are enough. */
const NEIGHBOUR_SECRETS = 6;

export async function reconcileControlPlane(
  world: World,
  side: Side,
  controlPlane: KubeObject,
): Promise<void> {
  const namespace = namespaceOf(controlPlane);
  if (isTerminating(controlPlane)) return;
  if (!hasReadyPod(side, namespace, 'control-plane-operator')) return;
  if (pauseOf(textAt(controlPlane, 'spec', 'pausedUntil'), Date.now()).paused) return;
  const isOurs = namespace === HCP_NAMESPACE;
  await ensureRootCa(world, side, namespace);
  const secrets = controlPlaneSecrets(namespace, isOurs ? world.settings.secrets : 0);
  for (const secret of isOurs ? secrets : secrets.slice(0, NEIGHBOUR_SECRETS)) {
    if (!side.get(kinds.secret, namespace, secret.metadata.name)) {
      await side.ensure(kinds.secret, secret);
    }
  }
  await side.ensure(kinds.configMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'etcd-ca', namespace },
    data: { 'ca.crt': 'lab etcd ca' },
  });
  await ensureWorkloads(side, controlPlane, isOurs);
  for (const service of servicesFor(controlPlane, namespace)) {
    await side.ensure(kinds.service, service);
  }
  for (const route of routesFor(controlPlane, namespace)) await side.ensure(kinds.route, route);
  await report(side, controlPlane);
}

async function ensureRootCa(world: World, side: Side, namespace: string): Promise<void> {
  if (side.get(kinds.secret, namespace, 'root-ca') !== undefined) return;
  const authority = await world.authorities.create(`root-ca ${namespace}`);
  await side.ensure(kinds.secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'root-ca', namespace },
    type: 'Opaque',
    data: { 'ca.crt': base64(authority.cert), 'ca.key': base64('kept by the lab') },
  });
}

async function ensureWorkloads(side: Side, controlPlane: KubeObject, full: boolean): Promise<void> {
  const namespace = namespaceOf(controlPlane);
  const replicas = isHighlyAvailable(controlPlane) ? 3 : 1;
  const etcd = await side.ensure(kinds.statefulSet, etcdFor(namespace, replicas));
  if (replicasOf(etcd) !== replicas) {
    await side.patch(kinds.statefulSet, etcd, { spec: { replicas } });
  }
  for (const name of full ? REPLICATED : REPLICATED.slice(0, 1)) {
    await enforceDeployment(side, { name, namespace, replicas });
  }
  for (const name of full ? SINGLE : []) {
    await enforceDeployment(side, { name, namespace, replicas: 1 });
  }
}

async function report(side: Side, controlPlane: KubeObject): Promise<void> {
  const namespace = namespaceOf(controlPlane);
  const etcd = side.get(kinds.statefulSet, namespace, 'etcd');
  const etcdReady = (numberAt(etcd, 'status', 'readyReplicas') ?? 0) === replicasOfOr(etcd);
  const apiReady = hasReadyPod(side, namespace, 'kube-apiserver');
  const router = side.get(kinds.service, namespace, 'router');
  const infrastructure = listAt(router, 'status', 'loadBalancer', 'ingress').length > 0;
  const available = etcdReady && apiReady && infrastructure;
  const restoreUrls = listAt(
    controlPlane,
    'spec',
    'etcd',
    'managed',
    'storage',
    'restoreSnapshotURL',
  );
  const { name } = controlPlane.metadata;
  const current = side.get(kinds.hostedControlPlane, namespace, name) ?? controlPlane;
  const api = publishedNames(controlPlane).find(({ service }) => service === 'APIServer');
  await side.patchStatus(kinds.hostedControlPlane, current, {
    ready: available,
    initialized: true,
    ...(api === undefined ? {} : { controlPlaneEndpoint: { host: api.hostname, port: 443 } }),
  });
  await setConditions(
    side,
    kinds.hostedControlPlane,
    side.get(kinds.hostedControlPlane, namespace, name) ?? current,
    [
      claim('EtcdAvailable', etcdReady, 'EtcdWaitingForQuorum'),
      claim('KubeAPIServerAvailable', apiReady, 'KubeAPIServerNotAvailable'),
      claim('InfrastructureReady', infrastructure, 'WaitingForLoadBalancer'),
      claim('Available', available, 'ComponentsNotAvailable'),
      // True once etcd's init containers have ended: also where they found data and did nothing.
      ...(restoreUrls.length === 0
        ? []
        : [claim('EtcdSnapshotRestored', etcdReady, 'EtcdSnapshotRestoreInProgress')]),
    ],
  );
}

function claim(
  type: string,
  isTrue: boolean,
  otherwise: string,
): { type: string; status: string; reason: string } {
  return { type, status: isTrue ? 'True' : 'False', reason: isTrue ? 'AsExpected' : otherwise };
}

function replicasOfOr(workload: KubeObject | undefined): number {
  const replicas = at(workload, 'spec', 'replicas');
  return typeof replicas === 'number' && replicas > 0 ? replicas : 1;
}
