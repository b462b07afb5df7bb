// Starts and stops each side's hosted API as its pods come and go, and says what keeps a kube-apiserver pod from becoming
// ready: etcd, its certificate authority, or the key without which the database cannot be read.

import { createHash } from 'node:crypto';
import { kinds } from '../cluster/kinds.ts';
import { textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { encryptionKeyName } from '../controllers/hypershift/references.ts';
import type { Gate } from '../controllers/workloads/kubelet.ts';
import { isReady } from '../controllers/workloads/pods.ts';
import { apiHostname, HCP_NAMESPACE } from '../world/settings.ts';
import type { World } from '../world/world.ts';
import { etcdStoreOf } from './etcd-init.ts';

/** A pod of any control plane's kube-apiserver. */
export function apiServerGate(world: World, side: Side, pod: KubeObject): Gate {
  const namespace = pod.metadata.namespace ?? '';
  if (!hasReadyEtcd(side, namespace)) return notYet('etcd does not answer');
  if (namespace !== HCP_NAMESPACE) return 'go';
  if (rootCa(side) === undefined) return notYet('Secret root-ca is missing');
  const key = encryptionKey(side);
  if (key === undefined) return notYet('the encryption key Secret is missing');
  const written = etcdStoreOf(world, side, namespace)?.encryptionKey;
  if (written !== undefined && written !== key) {
    return notYet('the database was written with another encryption key');
  }
  return 'go';
}

export async function reconcileHostedApi(world: World, side: Side): Promise<void> {
  const api = world.hostedApis[side.name];
  const wanted = isWanted(side);
  if (wanted && !api.isServing()) await start(world, side);
  if (!wanted && api.isServing()) {
    await api.stop();
    world.log(`${side.name}: the hosted API stopped`);
  }
}

async function start(world: World, side: Side): Promise<void> {
  const store = etcdStoreOf(world, side, HCP_NAMESPACE);
  const certificate = rootCa(side);
  const authority = certificate === undefined ? undefined : world.authorities.find(certificate);
  const key = encryptionKey(side);
  if (store === undefined || authority === undefined || key === undefined) return;
  await world.hostedApis[side.name].start({
    store,
    authority,
    hostname: apiHostname(world.settings.endpointAccess),
    encryptionKey: key,
  });
  world.log(`${side.name}: the hosted API serves database ${store.id}`);
}

function isWanted(side: Side): boolean {
  return (
    hasReadyEtcd(side, HCP_NAMESPACE) &&
    side
      .all(kinds.pod, HCP_NAMESPACE)
      .some(
        (pod) =>
          pod.metadata.labels?.['app'] === 'kube-apiserver' &&
          textAt(pod, 'status', 'phase') === 'Running',
      )
  );
}

function hasReadyEtcd(side: Side, namespace: string): boolean {
  return side
    .all(kinds.pod, namespace)
    .some((pod) => pod.metadata.labels?.['app'] === 'etcd' && isReady(pod));
}

/** PEM of the hosted cluster's own authority, from the control plane's Secret. */
export function rootCa(side: Side): string | undefined {
  const encoded = side.get(kinds.secret, HCP_NAMESPACE, 'root-ca')?.data?.['ca.crt'];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function encryptionKey(side: Side): string | undefined {
  const controlPlane = side.all(kinds.hostedControlPlane, HCP_NAMESPACE)[0];
  const name = controlPlane === undefined ? undefined : encryptionKeyName(controlPlane);
  const data =
    name === undefined ? undefined : side.get(kinds.secret, HCP_NAMESPACE, name)?.data?.['key'];
  return data === undefined ? undefined : createHash('sha256').update(data).digest('hex');
}

function notYet(message: string): Gate {
  return { waiting: 'ContainerCreating', message };
}
