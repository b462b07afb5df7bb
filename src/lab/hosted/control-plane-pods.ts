// What the pods of our hosted cluster's control plane need before they can run: etcd, the certificate authority, and the key
// without which the database cannot be read.

import { kinds } from '../cluster/kinds.ts';
import { listAt, textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { encryptionKeyName } from '../controllers/hypershift/references.ts';
import type { Gate } from '../controllers/workloads/kubelet.ts';
import { isReady } from '../controllers/workloads/pods.ts';
import { HCP_NAMESPACE } from '../world/settings.ts';

export function isEtcdPod(pod: KubeObject): boolean {
  return pod.metadata.labels?.['app'] === 'etcd';
}

export function isApiServerPod(pod: KubeObject): boolean {
  return pod.metadata.labels?.['app'] === 'kube-apiserver';
}

/** What keeps a kube-apiserver pod of any control plane from starting. */
export function apiServerGate(side: Side, pod: KubeObject): Gate {
  const namespace = pod.metadata.namespace ?? '';
  if (!hasReadyEtcd(side, namespace)) return notYet('etcd does not answer');
  if (namespace !== HCP_NAMESPACE) return 'go';
  if (rootCa(side) === undefined) return notYet('Secret root-ca is missing');
  if (encryptionKey(side) === undefined) return notYet('the encryption key Secret is missing');
  return 'go';
}

/**
 * The pods of our kube-apiserver. The last one takes the API along before anybody can see that it is gone: so those that have
 * ended are remembered, which are still listed for a moment, as running too.
 */
export class ApiServerPods {
  private readonly ended = new Set<string>();
  private readonly side: Side;

  constructor(side: Side) {
    this.side = side;
  }

  /** Terminating ones included: zero replicas do not end the writes yet. */
  running(): readonly KubeObject[] {
    return this.left().filter((pod) => textAt(pod, 'status', 'phase') === 'Running');
  }

  /** A pod of any kind ends. True: it was the last of these. */
  endsWith(pod: KubeObject): boolean {
    if (!isApiServerPod(pod) || pod.metadata.namespace !== HCP_NAMESPACE) return false;
    this.ended.add(pod.metadata.uid ?? '');
    return this.left().length === 0;
  }

  private left(): readonly KubeObject[] {
    const pods = this.side.all(kinds.pod, HCP_NAMESPACE).filter(isApiServerPod);
    const listed = new Set(pods.map((pod) => pod.metadata.uid ?? ''));
    for (const uid of this.ended) if (!listed.has(uid)) this.ended.delete(uid);
    return pods.filter((pod) => !this.ended.has(pod.metadata.uid ?? ''));
  }
}

export function hasReadyEtcd(side: Side, namespace: string): boolean {
  return side.all(kinds.pod, namespace).some((pod) => isEtcdPod(pod) && isReady(pod));
}

/** PEM of the hosted cluster's own authority, from the control plane's Secret. */
export function rootCa(side: Side): string | undefined {
  const encoded = side.get(kinds.secret, HCP_NAMESPACE, 'root-ca')?.data?.['ca.crt'];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** The key that Secrets are encrypted with in etcd, base64, from the Secret that the control plane names. */
export function encryptionKey(side: Side): string | undefined {
  const controlPlane = side.all(kinds.hostedControlPlane, HCP_NAMESPACE)[0];
  const name = controlPlane === undefined ? undefined : encryptionKeyName(controlPlane);
  return name === undefined
    ? undefined
    : side.get(kinds.secret, HCP_NAMESPACE, name)?.data?.['key'];
}

/** The URL that etcd starts from on an empty volume, in the control plane of a namespace. */
export function restoreUrlIn(side: Side, namespace: string): string | undefined {
  const controlPlane = side.all(kinds.hostedControlPlane, namespace)[0];
  const urls = listAt(controlPlane, 'spec', 'etcd', 'managed', 'storage', 'restoreSnapshotURL');
  return typeof urls[0] === 'string' ? urls[0] : undefined;
}

/** The volume under a member's /var/lib; undefined: not there yet. */
export function volumeOf(side: Side, pod: KubeObject): string | undefined {
  const claim = `data-${pod.metadata.name}`;
  return side.get(kinds.volumeClaim, pod.metadata.namespace, claim)?.metadata.uid;
}

export function notYet(message: string, reason = 'ContainerCreating'): Gate {
  return { waiting: reason, message };
}
